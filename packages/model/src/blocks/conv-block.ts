import { POOL_SIZE } from '@sweepd/core'
import * as tf from '@tensorflow/tfjs-core'
import type { layers } from '@tensorflow/tfjs-layers'
import { float, type GraphWriter, type Value } from '../engines/onnx/graph/graph-writer.js'
import { reshape } from '../engines/onnx/graph/shapes.js'
import { activations } from '../engines/onnx/layers/activations.js'
import {
  batchNormGradients,
  type CentredConvolution,
  centreOutputs,
  inverseDeviation,
  moveAverage,
  sumRows,
} from '../engines/onnx/layers/batch-norm.js'
import { type BlockTail, writeTail } from '../engines/onnx/layers/block-tail.js'
import { canUseColumnMoments, centreByColumns } from '../engines/onnx/layers/column-moments.js'
import { type ConvGeometry, layOutConvolution } from '../engines/onnx/layers/conv-geometry.js'
import { type ConvolutionGradients, convolve } from '../engines/onnx/layers/convolution.js'
import { getTensor } from '../engines/onnx/training-step/parameters.js'
import {
  type ActivationName,
  Block,
  type BlockContext,
  type BlockForward,
  type ExportContext,
  type LaidOutBlock,
  NO_PENALTY,
  type Penalty,
  passOn,
  type Signal,
  type Weight,
} from './block.js'
import {
  listConstants,
  readActivation,
  readConfig,
  readPair,
  readPenalty,
  refuseUnless,
  toConstant,
} from './layer-config.js'
import { BATCH_NORM_EPSILON, BATCH_NORM_MOMENTUM } from './layer-constants.js'
import type { LayerReader } from './layer-reader.js'
import { UnsupportedLayerError } from './unsupported-layer-error.js'

const POOL = { kernel_shape: [POOL_SIZE, POOL_SIZE], strides: [POOL_SIZE, POOL_SIZE] }

/** What a ConvBlock is made of. */
interface ConvOptions {
  readonly name: string
  readonly filters: number
  readonly kernel: readonly [height: number, width: number]
  readonly stride: readonly [height: number, width: number]
  /** Zeros on each side, in pixels. */
  readonly padding: number
  readonly penalty: Penalty
  /** The layer that holds gamma, beta and the moving averages. */
  readonly batchNorm: string | undefined
  readonly activation: ActivationName
}

/** [Zero padding], convolution, [batch normalisation], activation, 2×2 max pooling: they are written together. */
export class ConvBlock extends Block {
  readonly kind = 'conv'

  constructor(readonly options: ConvOptions) {
    super()
  }

  get takes() {
    return ['image'] as const
  }

  get gives() {
    return 'image' as const
  }

  override get penalties() {
    return [{ layer: this.options.name, penalty: this.options.penalty }]
  }

  /** Before batch normalisation a bias has no effect and no gradient: it stays as it is in the model. */
  override get idleWeights() {
    const { name, batchNorm } = this.options
    return batchNorm === undefined ? [] : [{ layer: name, index: 1 }]
  }

  override forGraph(kind: 'training' | 'inference'): ConvBlock {
    return kind === 'training' ? this : new ConvBlock({ ...this.options, penalty: NO_PENALTY })
  }

  layOut({ shape: [channels = 0, height = 0, width = 0] }: Signal, batch: number): LaidOutBlock {
    const { filters, kernel, stride, padding, batchNorm, activation } = this.options
    const geometry = layOutConvolution(
      { batch, channels, height, width, padding, kernel, stride, filters },
      batchNorm !== undefined,
    )
    const laidOut = { geometry, activation, weights: this.listWeights(channels) }
    return {
      ...passOn({ kind: 'image', shape: [filters, geometry.pooledHeight, geometry.pooledWidth] }),
      parameters: [laidOut.weights.kernel, ...laidOut.weights.vectors],
      moving: laidOut.weights.moving,
      activations: filters * geometry.columns,
      forward: batchNorm === undefined ? biasedForward(laidOut) : normalisedForward(laidOut),
      infer: (context, image) => infer(context, image, laidOut, batchNorm !== undefined),
    }
  }

  private listWeights(channels: number): ConvWeights {
    const { name, filters, kernel, penalty, batchNorm } = this.options
    const vector = (part: string, layer: string, index: number): Weight => ({
      name: `${name}/${part}`,
      shape: [filters, 1],
      layer,
      index,
    })
    const ofKernel: Weight = {
      ...{ name: `${name}/kernel`, layer: name, index: 0, penalty },
      shape: [filters, channels * kernel[0] * kernel[1]],
      kernelShape: [...kernel, channels, filters],
    }
    if (batchNorm === undefined) return { kernel: ofKernel, vectors: [vector('bias', name, 1)], moving: [] }
    return {
      kernel: ofKernel,
      vectors: [vector('gamma', batchNorm, 0), vector('beta', batchNorm, 1)],
      moving: [vector('moving_mean', batchNorm, 2), vector('moving_variance', batchNorm, 3)],
    }
  }

  export({ graph, model }: ExportContext, image: Value): Value {
    const { name, padding, stride, kernel, activation, batchNorm } = this.options
    const [kernelTensor, bias] = model.getLayer(name).getWeights()
    const filters = tf.transpose(kernelTensor as tf.Tensor, [3, 2, 0, 1])
    const operands = [image, toConstant(graph, filters), toConstant(graph, bias as tf.Tensor)]
    tf.dispose(filters)
    const pads = [padding, padding, padding, padding]
    let value = graph.op('Conv', operands, { kernel_shape: kernel, strides: stride, pads })
    if (batchNorm !== undefined)
      value = graph.op('BatchNormalization', [value, ...listConstants(graph, model, batchNorm)], {
        epsilon: float(BATCH_NORM_EPSILON),
      })
    return graph.op('MaxPool', [activations[activation].forward(graph, value)], POOL)
  }
}

export function readConvBlock(reader: LayerReader): ConvBlock | undefined {
  if (!reader.isNext('ZeroPadding2D', 'Conv2D')) return undefined
  const pad = reader.takeIf('ZeroPadding2D')
  const conv = reader.take('Conv2D')
  const config = readConfig(
    conv,
    { padding: 'valid', dataFormat: 'channelsLast', useBias: true, dilationRate: [1, 1] },
    ['filters', 'kernelSize', 'strides', 'activation', 'kernelRegularizer'],
  )
  const batchNorm = reader.takeIf('BatchNormalization')
  if (batchNorm) {
    checkBatchNorm(batchNorm)
    refuseUnless(conv, 'activation', config['activation'], ['linear'])
  }
  const activation = readActivation(reader, conv, config)
  const pool = reader.take('MaxPooling2D')
  const windows = [POOL_SIZE, POOL_SIZE]
  readConfig(pool, { poolSize: windows, strides: windows, padding: 'valid', dataFormat: 'channelsLast' }, [])
  return new ConvBlock({
    name: conv.name,
    filters: Number(config['filters']),
    kernel: readPair(conv, config, 'kernelSize'),
    stride: readPair(conv, config, 'strides'),
    padding: pad ? readPadding(pad) : 0,
    penalty: readPenalty(conv, config),
    batchNorm: batchNorm?.name,
    activation,
  })
}

function checkBatchNorm(layer: layers.Layer): void {
  const required = { momentum: BATCH_NORM_MOMENTUM, epsilon: BATCH_NORM_EPSILON, center: true, scale: true }
  const { axis } = readConfig(layer, required, ['axis'])
  refuseUnless(layer, 'axis', axis, [-1, 3])
}

function readPadding(layer: layers.Layer): number {
  const sides = [readConfig(layer, { dataFormat: 'channelsLast' }, ['padding'])['padding']].flat(3)
  const [first] = sides
  if (typeof first === 'number' && sides.every((side) => side === first)) return first
  throw new UnsupportedLayerError(
    layer.name,
    'padding',
    'only the same number of zeros on all sides can be trained',
  )
}

interface ConvWeights {
  readonly kernel: Weight
  /** The bias, or gamma and beta. */
  readonly vectors: readonly Weight[]
  /** None, or mean and variance. */
  readonly moving: readonly Weight[]
}

interface LaidOutConvolution {
  readonly geometry: ConvGeometry
  readonly activation: ActivationName
  readonly weights: ConvWeights
}

const getWeight = (tensors: BlockContext['parameters'], weight: Weight | undefined): Value =>
  getTensor(tensors, weight?.name ?? 'that a convolution should have')

function biasedForward({ geometry, activation, weights }: LaidOutConvolution): LaidOutBlock['forward'] {
  return ({ graph, parameters }: BlockContext, image: Value): BlockForward => {
    const [bias] = weights.vectors
    const convolution = convolve(graph, image, getWeight(parameters, weights.kernel), geometry)
    const affine = { scale: undefined, shift: getWeight(parameters, bias) }
    const tail = writeTail(graph, activation, convolution.outputs, affine, geometry)
    return {
      output: asImage(graph, tail, geometry),
      backward(gradient, needsInputGradient) {
        const { dy, spread } = tail.backward(asMatrix(graph, gradient, geometry))
        const back = convolution.backward(spread(dy))
        const gradients = new Map([
          [weights.kernel.name, back.kernel],
          [bias?.name ?? '', sumRows(graph, dy)],
        ])
        return { gradients, ...inputGradient(back, needsInputGradient) }
      },
    }
  }
}

/**
 * Pooling may come before scale and shift (`writeTail`) only if the scale is not negative: the sign of gamma is moved
 * into the filters.
 */
function normalisedForward({ geometry, activation, weights }: LaidOutConvolution): LaidOutBlock['forward'] {
  return ({ graph, parameters, moving }: BlockContext, image: Value): BlockForward => {
    const [gammaWeight, betaWeight] = weights.vectors
    const [meanWeight, varianceWeight] = weights.moving
    const gamma = getWeight(parameters, gammaWeight)
    const sign = signOf(graph, gamma)
    const kernel = graph.op('Mul', [getWeight(parameters, weights.kernel), sign])
    const convolution = centredConvolution(graph, image, kernel, geometry)
    const { mean, variance, inverseDeviation } = convolution.statistics
    const scale = graph.op('Mul', [graph.op('Abs', [gamma]), inverseDeviation])
    const affine = { scale, shift: getWeight(parameters, betaWeight) }
    const tail = writeTail(graph, activation, convolution.centred, affine, geometry)
    const move = (weight: Weight | undefined, value: Value) =>
      [weight?.name ?? '', moveAverage(graph, getWeight(moving, weight), value)] as const
    return {
      output: asImage(graph, tail, geometry),
      moved: new Map([move(meanWeight, graph.op('Mul', [mean, sign])), move(varianceWeight, variance)]),
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
          [weights.kernel.name, graph.op('Mul', [back.kernel, sign])],
          [gammaWeight?.name ?? '', graph.op('Mul', [norm.gamma, sign])],
          [betaWeight?.name ?? '', sumDy],
        ])
        return { gradients, ...inputGradient(back, needsInputGradient) }
      },
    }
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

/** For predictions: batch normalisation by its moving averages, folded into kernel and shift. */
function infer(
  { graph, parameters, moving }: BlockContext,
  image: Value,
  { geometry, activation, weights }: LaidOutConvolution,
  hasBatchNorm: boolean,
): Value {
  let kernel = getWeight(parameters, weights.kernel)
  let shift = getWeight(parameters, weights.vectors.at(-1))
  if (hasBatchNorm) {
    const [mean, variance] = weights.moving.map((weight) => getWeight(moving, weight))
    const inverse = inverseDeviation(graph, variance as Value)
    const scale = graph.op('Mul', [getWeight(parameters, weights.vectors[0]), inverse])
    const offset = graph.op('Mul', [mean, scale])
    kernel = graph.op('Mul', [kernel, scale])
    shift = graph.op('Sub', [shift, offset])
  }
  const { outputs } = convolve(graph, image, kernel, geometry)
  const affine = { scale: undefined, shift }
  return asImage(graph, writeTail(graph, activation, outputs, affine, geometry), geometry)
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
