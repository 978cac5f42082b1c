import type { ActivationName } from '../../../network/network.js'
import type { GraphWriter, Value } from '../graph/graph-writer.js'
import { reshape } from '../graph/shapes.js'
import { getTensor } from '../training-step/parameters.js'
import {
  batchNormGradients,
  type CentredConvolution,
  centreOutputs,
  inverseDeviation,
  moveAverage,
  sumRows,
} from './batch-norm.js'
import { type BlockTail, writeTail } from './block-tail.js'
import { canUseColumnMoments, centreByColumns } from './column-moments.js'
import type { ConvGeometry } from './conv-geometry.js'
import { type ConvolutionGradients, convolve } from './convolution.js'

/** Convolution, batch normalisation or bias, activation and pooling: one layer of `buildCNN`. */
export interface ConvBlock {
  readonly name: string
  readonly geometry: ConvGeometry
  readonly hasBatchNorm: boolean
  readonly activation: ActivationName
}

type Tensors = ReadonlyMap<string, Value>

/** Names of a block's parameters, and of its moving averages, in the flat vectors. */
export const blockTensors = (block: string) => ({
  kernel: `${block}/kernel`,
  bias: `${block}/bias`,
  gamma: `${block}/gamma`,
  beta: `${block}/beta`,
  movingMean: `${block}/moving_mean`,
  movingVariance: `${block}/moving_variance`,
})

/** A block's output, and how the gradient goes back through it. */
export interface BlockForward {
  /** `[filters, pooled height, pooled width, batch]` */
  readonly output: Value
  /** Updated moving averages by name. */
  readonly moved: Tensors
  /** Gradients of the block's parameters by name, and of its input unless that is the image itself. */
  backward(gradient: Value, needsInputGradient: boolean): { gradients: Map<string, Value>; input?: Value }
}

/** Writes a block for training. */
export function blockForward(
  graph: GraphWriter,
  block: ConvBlock,
  image: Value,
  parameters: Tensors,
  moving: Tensors,
): BlockForward {
  return block.hasBatchNorm
    ? normalisedForward(graph, block, image, parameters, moving)
    : biasedForward(graph, block, image, parameters)
}

function biasedForward(
  graph: GraphWriter,
  block: ConvBlock,
  image: Value,
  parameters: Tensors,
): BlockForward {
  const { geometry } = block
  const names = blockTensors(block.name)
  const convolution = convolve(graph, image, getTensor(parameters, names.kernel), geometry)
  const affine = { scale: undefined, shift: getTensor(parameters, names.bias) }
  const tail = writeTail(graph, block.activation, convolution.outputs, affine, geometry)
  return {
    output: asImage(graph, tail, geometry),
    moved: new Map(),
    backward(gradient, needsInputGradient) {
      const { dy, spread } = tail.backward(asMatrix(graph, gradient, geometry))
      const back = convolution.backward(spread(dy))
      const gradients = new Map([
        [names.kernel, back.kernel],
        [names.bias, sumRows(graph, dy)],
      ])
      return { gradients, ...inputGradient(back, needsInputGradient) }
    },
  }
}

/**
 * Pooling may come before scale and shift (`writeTail`) only where the scale is not negative: the sign of gamma is moved
 * into the filters.
 */
function normalisedForward(
  graph: GraphWriter,
  block: ConvBlock,
  image: Value,
  parameters: Tensors,
  moving: Tensors,
): BlockForward {
  const { geometry } = block
  const names = blockTensors(block.name)
  const gamma = getTensor(parameters, names.gamma)
  const sign = signOf(graph, gamma)
  const kernel = graph.op('Mul', [getTensor(parameters, names.kernel), sign])
  const convolution = centredConvolution(graph, image, kernel, geometry)
  const { mean, variance, inverseDeviation } = convolution.statistics
  const scale = graph.op('Mul', [graph.op('Abs', [gamma]), inverseDeviation])
  const affine = { scale, shift: getTensor(parameters, names.beta) }
  const tail = writeTail(graph, block.activation, convolution.centred, affine, geometry)
  const move = (name: string, value: Value) =>
    [name, moveAverage(graph, getTensor(moving, name), value)] as const
  return {
    output: asImage(graph, tail, geometry),
    moved: new Map([
      move(names.movingMean, graph.op('Mul', [mean, sign])),
      move(names.movingVariance, variance),
    ]),
    backward(gradient, needsInputGradient) {
      const { dy, outputs, spread } = tail.backward(asMatrix(graph, gradient, geometry))
      const sumDy = sumRows(graph, dy)
      const products = dy.map((part, index) => graph.op('Mul', [part, outputs[index]]))
      const norm = batchNormGradients(graph, convolution.statistics, {
        sumDy,
        sumDyCentred: sumRows(graph, products),
        scale,
        columns: geometry.columns,
      })
      const direct = spread(dy.map((part) => graph.op('Mul', [part, scale])))
      const back = convolution.backward(direct, norm.slope, norm.shift)
      const gradients = new Map([
        [names.kernel, graph.op('Mul', [back.kernel, sign])],
        [names.gamma, graph.op('Mul', [norm.gamma, sign])],
        [names.beta, sumDy],
      ])
      return { gradients, ...inputGradient(back, needsInputGradient) }
    },
  }
}

function centredConvolution(
  graph: GraphWriter,
  image: Value,
  kernel: Value,
  geometry: ConvGeometry,
): CentredConvolution {
  return canUseColumnMoments(geometry)
    ? centreByColumns(graph, image, kernel, geometry)
    : centreOutputs(graph, convolve(graph, image, kernel, geometry), geometry)
}

const inputGradient = (back: ConvolutionGradients, isNeeded: boolean): { input?: Value } =>
  isNeeded ? { input: back.image() } : {}

/** Writes a block for inference: batch normalisation by its moving averages. */
export function blockInference(
  graph: GraphWriter,
  block: ConvBlock,
  image: Value,
  parameters: Tensors,
  moving: Tensors,
): Value {
  const { geometry } = block
  const { kernel, shift } = foldBatchNorm(graph, block, parameters, moving)
  const { outputs } = convolve(graph, image, kernel, geometry)
  const affine = { scale: undefined, shift }
  return asImage(graph, writeTail(graph, block.activation, outputs, affine, geometry), geometry)
}

/** Kernel and shift of a block, with its moving averages, if any, folded into both. */
function foldBatchNorm(graph: GraphWriter, block: ConvBlock, parameters: Tensors, moving: Tensors) {
  const names = blockTensors(block.name)
  const kernel = getTensor(parameters, names.kernel)
  if (!block.hasBatchNorm) return { kernel, shift: getTensor(parameters, names.bias) }
  const inverse = inverseDeviation(graph, getTensor(moving, names.movingVariance))
  const scale = graph.op('Mul', [getTensor(parameters, names.gamma), inverse])
  const offset = graph.op('Mul', [getTensor(moving, names.movingMean), scale])
  return {
    kernel: graph.op('Mul', [kernel, scale]),
    shift: graph.op('Sub', [getTensor(parameters, names.beta), offset]),
  }
}

const asImage = (
  graph: GraphWriter,
  { output }: BlockTail,
  { filters, batch, pooledHeight, pooledWidth }: ConvGeometry,
): Value => reshape(graph, output, [filters, pooledHeight, pooledWidth, batch])

const asMatrix = (
  graph: GraphWriter,
  image: Value,
  { filters, batch, pooledHeight, pooledWidth }: ConvGeometry,
): Value => reshape(graph, image, [filters, pooledHeight * pooledWidth * batch])

/** 1 or −1; of zero it is 1. */
function signOf(graph: GraphWriter, value: Value): Value {
  return graph.op('Where', [graph.op('Less', [value, graph.floats(0)]), graph.floats(-1), graph.floats(1)])
}
