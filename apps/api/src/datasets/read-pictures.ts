import { type Dataset, NotFoundError, type Split } from '@sweepd/core'
import { type CanonicalShape, drawSheet, encodePng, layoutOf, type Picture } from '@sweepd/dataset'
import type { DatasetStore } from '@sweepd/scheduler'

/** Classes of one sheet, and images of each class. */
const SHEET_CLASSES = 50
const SHEET_IMAGES = 10

/** Which images a sheet shows. */
export interface SheetQuery {
  readonly split: Split
  /** The first class. */
  readonly from: number
}

/** One image of a data set as PNG. @throws NotFoundError if the split has no such image */
export async function readPng(
  store: DatasetStore,
  dataset: Dataset,
  split: Split,
  index: number,
): Promise<Buffer> {
  const { images } = dataset.splits[split]
  if (index >= images)
    throw new NotFoundError(
      'image',
      `${split}/${index}`,
      `${split} of ${dataset.name} has the images 0 to ${images - 1}.`,
    )
  const id = await findId(store, dataset)
  return encodePng(await readPicture(store, id, dataset, split, index))
}

/** The first images of each class, at most fifty classes, as one PNG. */
export async function drawDatasetSheet(
  store: DatasetStore,
  dataset: Dataset,
  { split, from }: SheetQuery,
): Promise<Buffer> {
  const id = await findId(store, dataset)
  const labels = await readLabels(store, id, dataset, split)
  const classes = dataset.classNames.slice(from, from + SHEET_CLASSES)
  const rows = []
  for (const [row, label] of classes.entries()) {
    const pictures = await Promise.all(
      findFirst(labels, from + row).map((index) => readPicture(store, id, dataset, split, index)),
    )
    rows.push({ label, pictures })
  }
  return drawSheet(rows)
}

function findFirst(labels: Uint16Array, label: number): number[] {
  const found: number[] = []
  for (let index = labels.indexOf(label); index !== -1; index = labels.indexOf(label, index + 1)) {
    found.push(index)
    if (found.length === SHEET_IMAGES) break
  }
  return found
}

async function readPicture(
  store: DatasetStore,
  id: string,
  dataset: Dataset,
  split: Split,
  index: number,
): Promise<Picture> {
  const { height, width, channels } = dataset
  const layout = layoutOf(toShape(dataset))
  const start = layout[split].imagesOffset + index * layout.imageBytes
  return { height, width, channels, pixels: await store.readBytes(id, start, start + layout.imageBytes) }
}

async function readLabels(
  store: DatasetStore,
  id: string,
  dataset: Dataset,
  split: Split,
): Promise<Uint16Array> {
  const { images, labelsOffset } = layoutOf(toShape(dataset))[split]
  const bytes = Buffer.from(await store.readBytes(id, labelsOffset, labelsOffset + 2 * images))
  return Uint16Array.from({ length: images }, (_, index) => bytes.readUInt16LE(2 * index))
}

async function findId(store: DatasetStore, { digest, name }: Dataset): Promise<string> {
  const stored = await store.findBytes(digest)
  if (stored === undefined) throw new NotFoundError('data set', name, 'It was removed meanwhile.')
  return stored.id
}

const toShape = ({ height, width, channels, classNames, splits }: Dataset): CanonicalShape => ({
  height,
  width,
  channels,
  classNames,
  sizes: { train: splits.train.images, validation: splits.validation.images, test: splits.test.images },
})
