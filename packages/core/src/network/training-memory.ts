import type { DatasetFacts } from '../definition/datasets.js'
import { type Hyperparameters, toPair } from '../hyperparameters/hyperparameters.js'
import { convolve, type Pixels } from './feature-map.js'

const BYTES_PER_NUMBER = 4

/** Weights, gradient, an optimizer's averages, each as it was and as it becomes, and copies: 16 were measured. */
const VECTORS_PER_PARAMETER = 16

/** What a step keeps of a layer: its output, the gradient of that, and the columns of its product. */
const BUFFERS_PER_ACTIVATION = 3

/** What training one point keeps in memory at once. */
export interface TrainingMemory {
  readonly parameters: number
  readonly parameterBytes: number
  /** Of all images of a batch. */
  readonly activationBytes: number
  readonly totalBytes: number
  /** The hyperparameter that most of it comes from. */
  readonly mainCause: 'batchSize' | 'convLayers' | 'hiddenLayers'
}

/**
 * Estimates what training one point takes besides the process itself. With Adam on the CPU 1024 images at a time of
 * the default network took 480 MiB more than 32, and two hidden layers of 4096 units took 1450 MiB. For networks whose
 * layers do not shrink below one pixel.
 */
export function estimateTrainingMemory(
  hyperparameters: Hyperparameters,
  { imageHeight, imageWidth, channels, classes }: DatasetFacts,
): TrainingMemory {
  const [kernelHeight, kernelWidth] = toPair(hyperparameters.kernel)
  let [parameters, activations] = [0, 0]
  let size: Pixels = [imageHeight, imageWidth]
  let depth = channels
  for (const filters of hyperparameters.convLayers) {
    const { convolved, pooled } = convolve(hyperparameters, size)
    parameters += (depth * kernelHeight * kernelWidth + 1) * filters
    activations += (area(convolved) + area(pooled)) * filters
    size = pooled
    depth = filters
  }
  const convParameters = parameters
  let inputs = area(size) * depth
  for (const units of [...hyperparameters.hiddenLayers, classes]) {
    parameters += (inputs + 1) * units
    activations += units
    inputs = units
  }
  const parameterBytes = parameters * BYTES_PER_NUMBER * VECTORS_PER_PARAMETER
  const activationBytes = activations * hyperparameters.batchSize * BYTES_PER_NUMBER * BUFFERS_PER_ACTIVATION
  const layers = 2 * convParameters > parameters ? 'convLayers' : 'hiddenLayers'
  return {
    parameters,
    parameterBytes,
    activationBytes,
    totalBytes: parameterBytes + activationBytes,
    mainCause: activationBytes > parameterBytes ? 'batchSize' : layers,
  }
}

const area = ([height, width]: Pixels): number => height * width
