import { createRequire } from 'node:module'
import sharp, { type OverlayOptions } from 'sharp'
import { besideEachOther, type Picture } from './encode-png.js'

/** The images of one class, as the sheet shows them. */
export interface SheetRow {
  readonly label: string
  readonly pictures: readonly Picture[]
}

const LABEL_WIDTH = 180
const GAP = 4
/** Small images are enlarged by a whole factor, large ones shrunk, to about this side in pixels. */
const CELL_SIDE = 56
const BACKGROUND = { r: 255, g: 255, b: 255 }

/** Shipped with us: a container has no fonts. */
const FONT_FILE = createRequire(import.meta.url).resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf')

/** A contact sheet as PNG: a row for each class, its label in front. */
export async function drawSheet(rows: readonly SheetRow[]): Promise<Buffer> {
  const first = rows.flatMap(({ pictures }) => pictures)[0]
  const scale = first === undefined ? 1 : scaleOf(first)
  const cell = (side: number) => Math.max(1, Math.round(side * scale))
  const [height, width] = [
    cell(first?.height ?? 1),
    cell((first?.width ?? 1) * (first?.channels === 2 ? 2 : 1)),
  ]
  const columns = Math.max(1, ...rows.map(({ pictures }) => pictures.length))
  const rowHeight = Math.max(height, 20) + GAP
  const overlays = await Promise.all(
    rows.flatMap(({ label, pictures }, row): Promise<OverlayOptions>[] => [
      drawLabel(label, GAP + row * rowHeight, rowHeight - GAP),
      ...pictures.map(async (picture, column) => ({
        input: await resize(picture, height, width),
        left: LABEL_WIDTH + GAP + column * (width + GAP),
        top: GAP + row * rowHeight,
      })),
    ]),
  )
  return sharp({
    create: {
      width: LABEL_WIDTH + GAP + columns * (width + GAP),
      height: GAP + Math.max(1, rows.length) * rowHeight,
      channels: 3,
      background: BACKGROUND,
    },
  })
    .composite(overlays)
    .removeAlpha()
    .png()
    .toBuffer()
}

function scaleOf({ height, width }: Picture): number {
  const scale = CELL_SIDE / Math.max(height, width)
  return scale >= 1 ? Math.floor(scale) : scale
}

async function resize(picture: Picture, height: number, width: number): Promise<Buffer> {
  const { pixels, ...size } = picture.channels === 2 ? besideEachOther(picture) : picture
  const raw = { height: size.height, width: size.width, channels: size.channels as 1 | 3 | 4 }
  return sharp(pixels, { raw })
    .resize({ height, width, fit: 'fill', kernel: width >= size.width ? 'nearest' : 'lanczos3' })
    .png()
    .toBuffer()
}

async function drawLabel(label: string, top: number, rowHeight: number): Promise<OverlayOptions> {
  const text = { text: escapeMarkup(shorten(label)), font: 'DejaVu Sans 9', fontfile: FONT_FILE, dpi: 96 }
  // The text comes white on black, as one channel: inverted it is black on the white of the sheet.
  const { data, info } = await sharp({ text })
    .negate({ alpha: false })
    .png()
    .toBuffer({ resolveWithObject: true })
  const input =
    info.width > LABEL_WIDTH - GAP
      ? await sharp(data)
          .resize({ width: LABEL_WIDTH - GAP })
          .toBuffer()
      : data
  return { input, left: GAP, top: top + Math.max(0, Math.floor((rowHeight - info.height) / 2)) }
}

const MAX_LABEL = 24

/** A label of control characters or blanks alone would be no text at all. */
function shorten(label: string): string {
  const plain = label.replaceAll(/[\p{Control}\p{Surrogate}]/gu, ' ').trim() || '?'
  const letters = [...plain]
  return letters.length > MAX_LABEL ? `${letters.slice(0, MAX_LABEL - 1).join('')}…` : plain
}

const escapeMarkup = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
