import { POOL_SIZE } from '@sweepd/core'

/**
 * One of the four places within a pooling window. Its positions of the convolution's output, one per window,
 * are columns of the matrix product that stand together.
 */
export interface PoolingPhase {
  /** Row and column within the window, 0 or 1. */
  readonly y: number
  readonly x: number
  /** Positions in each image. */
  readonly rows: number
  readonly cols: number
  /** First column of this phase in the matrix, and how many there are (batch × rows × cols). */
  readonly offset: number
  readonly length: number
}

/** What a block is: padding, convolution, pooling. Sizes in pixels. */
interface ConvShape {
  readonly batch: number
  readonly channels: number
  readonly height: number
  readonly width: number
  readonly padding: number
  readonly kernel: readonly [height: number, width: number]
  readonly stride: readonly [height: number, width: number]
  readonly filters: number
}

export interface ConvGeometry extends ConvShape {
  readonly pooledHeight: number
  readonly pooledWidth: number
  readonly phases: readonly PoolingPhase[]
  /** Columns of the matrix: positions of all phases. */
  readonly columns: number
}

/**
 * Lays out a convolution followed by 2×2 max pooling as one matrix product. Its columns are ordered by their place in
 * the pooling window first, so that pooling is the maximum of four contiguous parts.
 * @param needsEveryPosition whether positions outside of every whole window are computed as well: batch
 *   normalisation takes its statistics over them, without it nobody ever looks at them.
 */
export function layOutConvolution(shape: ConvShape, needsEveryPosition: boolean): ConvGeometry {
  const outHeight = Math.floor((shape.height + 2 * shape.padding - shape.kernel[0]) / shape.stride[0]) + 1
  const outWidth = Math.floor((shape.width + 2 * shape.padding - shape.kernel[1]) / shape.stride[1]) + 1
  const pooledHeight = Math.floor(outHeight / POOL_SIZE)
  const pooledWidth = Math.floor(outWidth / POOL_SIZE)
  if (pooledHeight < 1 || pooledWidth < 1) throw new RangeError('a layer shrinks below one pixel')
  const phases: PoolingPhase[] = []
  let offset = 0
  for (const y of [0, 1]) {
    for (const x of [0, 1]) {
      const rows = needsEveryPosition ? Math.ceil((outHeight - y) / POOL_SIZE) : pooledHeight
      const cols = needsEveryPosition ? Math.ceil((outWidth - x) / POOL_SIZE) : pooledWidth
      const length = shape.batch * rows * cols
      phases.push({ y, x, rows, cols, offset, length })
      offset += length
    }
  }
  return { ...shape, pooledHeight, pooledWidth, phases, columns: offset }
}
