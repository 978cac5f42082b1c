import { type Hyperparameters, toPair } from '../hyperparameters/hyperparameters.js'

/** Side of the max pooling windows and their step, in pixels. */
export const POOL_SIZE = 2

type Shape = Pick<Hyperparameters, 'kernel' | 'stride' | 'zeroPadding' | 'convLayers'>
/** Height and width. */
export type Pixels = readonly [height: number, width: number]

/** The output size of one convolution layer for images of this size; below one pixel if they are too small. */
export function convolve(shape: Omit<Shape, 'convLayers'>, size: Pixels) {
  const kernel = toPair(shape.kernel)
  const stride = toPair(shape.stride)
  const padded = shape.zeroPadding ? mapSides(size, (side) => side + 2) : size
  const convolved = mapSides(padded, (side, axis) => Math.floor((side - kernel[axis]) / stride[axis]) + 1)
  const pooled = mapSides(convolved, (side) => Math.floor(side / POOL_SIZE))
  return { padded, convolved, pooled }
}

/**
 * Why the network of these hyperparameters cannot be built on images of this size in pixels, or undefined if it can.
 * Each convolution layer is: pad by one (with zeroPadding), convolve without further padding, pool 2 × 2.
 */
export function findShrinkage(shape: Shape, imageHeight: number, imageWidth: number): string | undefined {
  const kernel = toPair(shape.kernel)
  let size: Pixels = [imageHeight, imageWidth]
  for (const index of shape.convLayers.keys()) {
    const { padded, convolved, pooled } = convolve(shape, size)
    if (Math.min(...pooled) < 1) {
      const gets = `convolution layer ${index} gets ${show(size)} pixels`
      const got = shape.zeroPadding ? `${gets} (${show(padded)} with zero padding)` : gets
      if (Math.min(...convolved) < 1) return `${got}, fewer than its kernel of ${show(kernel)} needs`
      return `${got} and leaves ${show(convolved)}, which 2×2 max pooling shrinks below one pixel`
    }
    size = pooled
  }
  return undefined
}

const mapSides = ([height, width]: Pixels, change: (side: number, axis: 0 | 1) => number): Pixels => [
  change(height, 0),
  change(width, 1),
]
const show = ([height, width]: Pixels): string => `${height}×${width}`
