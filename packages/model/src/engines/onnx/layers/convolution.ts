import type { GraphWriter, Value } from '../graph/graph-writer.js'
import { convolveByColumns } from './column-convolution.js'
import type { ConvGeometry } from './conv-geometry.js'
import { canUseWinograd, convolveByWinograd } from './winograd-convolution.js'

/** A convolution written into a graph, and its gradients. */
export interface Convolution {
  /** The outputs of each phase, `[filters, positions]`. */
  readonly outputs: readonly Value[]
  /** @param gradients of the outputs, phase by phase */
  backward(gradients: readonly Value[]): ConvolutionGradients
}

export interface ConvolutionGradients {
  /** `[filters, channels × taps]` */
  readonly kernel: Value
  /** Writes the gradient of the image, `[channels, height, width, batch]`; nobody needs that of the first layer. */
  image(): Value
}

/**
 * Writes a convolution in the cheaper of two ways.
 * @param image `[channels, height, width, batch]`
 * @param kernel `[filters, channels × taps]`
 */
export function convolve(
  graph: GraphWriter,
  image: Value,
  kernel: Value,
  geometry: ConvGeometry,
): Convolution {
  const write = canUseWinograd(geometry) ? convolveByWinograd : convolveByColumns
  return write(graph, image, kernel, geometry)
}
