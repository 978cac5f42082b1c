import { countOf, invalidSource } from '../invalid-source.js'
import { type ArrayFile, countValues, readRows } from './array-file.js'
import { decodeNumbers } from './number-type.js'

/** Labels of one part of a data set. */
export interface Labels {
  readonly values: readonly number[]
  /** Of one-hot labels: their width. */
  readonly classes?: number
}

const BATCH_ROWS = 4096
const MAX_ONE_HOT_WIDTH = 1000

/**
 * Reads labels: `[n]` or `[n, 1]` whole numbers, or `[n, classes]` with a single 1 in each row.
 * @throws DatasetError naming the first that is none.
 */
export async function readLabels(array: ArrayFile, images: number): Promise<Labels> {
  const { name, shape } = array
  const width = countValues(shape.slice(1))
  if (shape.length > 2 || shape.length === 0 || width === 0 || width > MAX_ONE_HOT_WIDTH)
    throw invalidSource(name, `its shape is [${shape.join(', ')}]; labels are [n], or one-hot [n, classes].`)
  if (shape[0] !== images)
    throw invalidSource(name, `it has ${countOf(shape[0] ?? 0, 'label')} for ${countOf(images, 'image')}.`)
  const values: number[] = []
  await readRows(array, BATCH_ROWS, (bytes) => {
    const numbers = decodeNumbers(bytes, array.type)
    for (let start = 0; start < numbers.length; start += width)
      values.push(
        width === 1
          ? checkLabel(name, values.length, numbers[start])
          : readOneHot(name, values.length, numbers, start, width),
      )
  })
  return width === 1 ? { values } : { values, classes: width }
}

function checkLabel(name: string, index: number, value: number | undefined): number {
  if (value === undefined || !Number.isInteger(value) || value < 0 || value > 65535)
    throw invalidSource(name, `label ${index} is ${value}; labels are whole numbers from 0.`)
  return value
}

function readOneHot(
  name: string,
  index: number,
  numbers: ArrayLike<number>,
  start: number,
  width: number,
): number {
  let label = -1
  for (let offset = 0; offset < width; offset++) {
    const value = numbers[start + offset]
    if (value === 0) continue
    if (value !== 1 || label !== -1)
      throw invalidSource(name, `row ${index} is not one-hot: a row has a single 1 and otherwise 0.`)
    label = offset
  }
  if (label === -1) throw invalidSource(name, `row ${index} is not one-hot: it has no 1.`)
  return label
}
