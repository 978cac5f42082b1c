import { ACTIVATIONS, POOL_SIZE } from '@sweepd/core'
import type { LayersModel, layers } from '@tensorflow/tfjs-layers'
import type { DataFormat } from './build-cnn.js'
import { type LayerConfig, readConfig, refuseUnless } from './layer-config.js'
import { BATCH_NORM_EPSILON, BATCH_NORM_MOMENTUM, CHANNELS_TO_LAST, LEAKY_SLOPE } from './layer-constants.js'
import { LayerReader } from './layer-reader.js'
import { UnsupportedLayerError } from './unsupported-layer-error.js'

type Layer = layers.Layer
export type ActivationName = (typeof ACTIVATIONS)[number]

export interface Penalty {
  readonly l1: number
  readonly l2: number
}

export interface ConvLayer {
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

export interface DenseLayer {
  readonly name: string
  readonly units: number
  readonly penalty: Penalty
  readonly activation: ActivationName | 'softmax'
}

/** The layers of a `buildCNN` model, as an engine that compiles it needs them. */
export interface Network {
  /** `[height, width, channels]`, whatever the format */
  readonly inputShape: readonly [height: number, width: number, channels: number]
  /** How the pixels of an image come: `[height, width, channels]` or `[channels, height, width]`. */
  readonly dataFormat: DataFormat
  readonly convLayers: readonly ConvLayer[]
  readonly dropout: number
  /** The last one is the softmax over the classes. */
  readonly denseLayers: readonly DenseLayer[]
}

/**
 * Reads the layers of a model of the form that `buildCNN` gives.
 * @throws UnsupportedLayerError naming the first layer, and the option of it, that cannot be trained as it says
 */
export function readNetwork(model: LayersModel): Network {
  const reader = new LayerReader(model.layers)
  reader.takeIf('InputLayer')
  const permute = reader.takeIf('Permute')
  if (permute) readConfig(permute, { dims: CHANNELS_TO_LAST }, [])
  const dataFormat = permute ? 'channelsFirst' : 'channelsLast'
  const inputShape = readInputShape(model, dataFormat)
  const convLayers: ConvLayer[] = []
  while (!reader.isNext('Flatten')) convLayers.push(readConvLayer(reader))
  readConfig(reader.take('Flatten'), { dataFormat: 'channelsLast' }, [])
  const dropout = reader.takeIf('Dropout')
  const rate = dropout ? Number(readConfig(dropout, {}, ['rate', 'seed'])['rate']) : 0
  const denseLayers: DenseLayer[] = []
  while (!reader.isDone) denseLayers.push(readDenseLayer(reader))
  refuseMisplacedSoftmax(denseLayers)
  return { inputShape, dataFormat, convLayers, dropout: rate, denseLayers }
}

function readConvLayer(reader: LayerReader): ConvLayer {
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
  return {
    name: conv.name,
    filters: Number(config['filters']),
    kernel: readPair(conv, config, 'kernelSize'),
    stride: readPair(conv, config, 'strides'),
    padding: pad ? readPadding(pad) : 0,
    penalty: readPenalty(conv, config),
    batchNorm: batchNorm?.name,
    activation,
  }
}

function checkBatchNorm(layer: Layer): void {
  const required = { momentum: BATCH_NORM_MOMENTUM, epsilon: BATCH_NORM_EPSILON, center: true, scale: true }
  const { axis } = readConfig(layer, required, ['axis'])
  refuseUnless(layer, 'axis', axis, [-1, 3])
}

function readDenseLayer(reader: LayerReader): DenseLayer {
  const dense = reader.take('Dense')
  const config = readConfig(dense, { useBias: true }, ['units', 'activation', 'kernelRegularizer'])
  const isSoftmax = config['activation'] === 'softmax'
  return {
    name: dense.name,
    units: Number(config['units']),
    penalty: readPenalty(dense, config),
    activation: isSoftmax ? 'softmax' : readActivation(reader, dense, config),
  }
}

/** The activation that a layer has of its own, or that of the activation layer behind it. */
function readActivation(reader: LayerReader, layer: Layer, config: LayerConfig): ActivationName {
  const own = String(config['activation'] ?? 'linear')
  if (own !== 'linear') return toActivation(layer, own)
  const next = reader.takeIf('Activation', 'LeakyReLU')
  if (next === undefined) return 'linear'
  if (next.getClassName() === 'Activation')
    return toActivation(next, String(readConfig(next, {}, ['activation'])['activation']))
  readConfig(next, { alpha: LEAKY_SLOPE }, [])
  return 'leakyRelu'
}

function toActivation(layer: Layer, name: string): ActivationName {
  const known = ACTIVATIONS.find((activation) => activation === name)
  if (known === undefined)
    throw new UnsupportedLayerError(
      layer.name,
      'activation',
      `${name} is not one of ${ACTIVATIONS.join(', ')}`,
    )
  return known
}

/** The softmax belongs to the loss: it stands at the end and nowhere else. */
function refuseMisplacedSoftmax(layers: readonly DenseLayer[]): void {
  for (const [index, { name, activation }] of layers.entries())
    if ((activation === 'softmax') !== (index === layers.length - 1))
      throw new UnsupportedLayerError(
        name,
        'activation',
        'a softmax stands at the end of the network, and only there',
      )
  if (layers.length === 0)
    throw new UnsupportedLayerError('at the end', undefined, 'the network ends in a softmax')
}

function readInputShape(model: LayersModel, dataFormat: DataFormat): Network['inputShape'] {
  const [input, ...others] = model.inputs
  const sides = (input?.shape ?? []).slice(1)
  const [first, second, third] = sides
  if (others.length > 0 || sides.length !== 3 || !first || !second || !third)
    throw new UnsupportedLayerError('input', undefined, 'there is one input, of three known sizes')
  return dataFormat === 'channelsFirst' ? [second, third, first] : [first, second, third]
}

function readPair(layer: Layer, config: LayerConfig, option: string): [number, number] {
  const value = config[option]
  const [height, width] = Array.isArray(value) ? value : [value, value]
  if (Number.isInteger(height) && Number.isInteger(width)) return [height, width]
  throw new UnsupportedLayerError(layer.name, option, 'it is not a pair of whole numbers')
}

function readPadding(layer: Layer): number {
  const sides = [readConfig(layer, { dataFormat: 'channelsLast' }, ['padding'])['padding']].flat(3)
  const [first] = sides
  if (typeof first === 'number' && sides.every((side) => side === first)) return first
  throw new UnsupportedLayerError(
    layer.name,
    'padding',
    'only the same number of zeros on all sides can be trained',
  )
}

interface Regularizer {
  readonly className: string
  readonly config: Penalty
}

function readPenalty(layer: Layer, config: LayerConfig): Penalty {
  const regularizer = config['kernelRegularizer'] as Regularizer | null
  if (regularizer === null) return { l1: 0, l2: 0 }
  refuseUnless(layer, 'kernelRegularizer', regularizer.className, ['L1L2'])
  return { l1: regularizer.config.l1, l2: regularizer.config.l2 }
}
