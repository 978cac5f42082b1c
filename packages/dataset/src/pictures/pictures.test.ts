import sharp from 'sharp'
import { expect, it } from 'vitest'
import { drawSheet } from './draw-sheet.js'
import { encodePng } from './encode-png.js'

const decode = (png: Buffer, channels = 3) =>
  sharp(png)
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })

const picture = (channels: number) => ({
  height: 8,
  width: 10,
  channels,
  pixels: Uint8Array.from({ length: 80 * channels }, (_, index) => (index * 37) % 256),
})

it.each([1, 3, 4])('a picture of %i channels keeps every pixel as PNG', async (channels) => {
  const { data, info } = await decode(await encodePng(picture(channels)), channels)
  expect(info).toMatchObject({ width: 10, height: 8, channels })
  expect([...data]).toEqual([...picture(channels).pixels])
})

it('two channels are shown side by side', async () => {
  const { data, info } = await decode(await encodePng(picture(2)), 1)
  expect(info).toMatchObject({ width: 20, height: 8 })
  expect([data[0], data[10]]).toEqual([...picture(2).pixels.subarray(0, 2)])
})

it('a sheet has a row for each class with its label and its images, enlarged by a whole factor', async () => {
  const labels = ['<b>T-shirt & top</b>', '\u0000', 'x'.repeat(200), 'Größe 大']
  const rows = labels.map((label, row) => ({
    label,
    pictures: Array.from({ length: row + 1 }, () => picture(3)),
  }))
  const { data, info } = await decode(await drawSheet(rows))
  expect(info).toMatchObject({ width: 180 + 4 + 4 * 54, height: 4 + 4 * 44 })
  const pixel = (x: number, y: number) => [
    ...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3),
  ]
  const [first, second] = [picture(3).pixels.subarray(0, 3), picture(3).pixels.subarray(3, 6)]
  expect(pixel(184, 4)).toEqual([...first])
  expect(pixel(184 + 4, 4 + 4)).toEqual([...first])
  expect(pixel(184 + 5, 4)).toEqual([...second])
  for (const row of labels.keys()) {
    let ink = 0
    for (let y = row * 44 + 4; y < row * 44 + 44; y++)
      for (let x = 4; x < 180; x++) if ((pixel(x, y)[0] ?? 255) < 128) ink++
    expect(ink, `label ${row}`).toBeGreaterThan(5)
  }
})
