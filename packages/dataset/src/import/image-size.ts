import { CANONICAL_LIMITS } from '../canonical/manifest.js'
import type { CompleteImportOptions } from './import-options.js'
import { invalidSource } from './invalid-source.js'

/** Sides of an image that is going to be resized. */
const MAX_RESIZED_SIDE = 20_000

/** @throws DatasetError if images of this size can neither be taken nor resized */
export function checkSize(
  name: string,
  height: number,
  width: number,
  { resize }: CompleteImportOptions,
): void {
  const { minSide, maxSide } = CANONICAL_LIMITS
  const [min, max] = resize ? [1, MAX_RESIZED_SIDE] : [minSide, maxSide]
  const isWithin = [height, width].every((side) => side >= min && side <= max)
  if (isWithin) return
  const remedy = resize ? '' : ' Add --resize HxW, such as --resize 32x32.'
  throw invalidSource(
    name,
    `its size is ${height}×${width} pixels; a side may have ${min} to ${max}.${remedy}`,
  )
}
