import { ACTIVATIONS, POOL_SIZE } from '@sweepd/core'
import type { LayersModel, layers } from '@tensorflow/tfjs-layers'

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
  /** `[height, width, channels]` */
  readonly inputShape: readonly [height: number, width: number, channels: number]
  readonly convLayers: readonly ConvLayer[]
  readonly dropout: number
  /** The last one is the softmax over the classes. */
  readonly denseLayers: readonly DenseLayer[]
}

/** A model has a layer, or an option of one, that the engine does not train. */
export class UnsupportedLayerError extends Error {
  readonly code = 'unsupported-layer'
  constructor(layer: string, detail: string) {
    super(`layer ${layer}: ${detail}`)
    this.name = 'UnsupportedLayerError'
  }
}

/**
 * Reads the layers of a model of the form that `buildCNN` gives.
 * @throws UnsupportedLayerError naming the first layer that does not fit
 */
export function readNetwork(model: LayersModel): Network {
  const reader = new LayerReader(model.layers)
  const inputShape = readInputShape(model)
  reader.takeIf('InputLayer')
  const convLayers: ConvLayer[] = []
  while (!reader.isNext('Flatten')) convLayers.push(readConvLayer(reader))
  reader.take('Flatten')
  const dropout = reader.takeIf('Dropout')
  const denseLayers: DenseLayer[] = []
  while (!reader.isDone) denseLayers.push(readDenseLayer(reader))
  const last = denseLayers.at(-1)
  if (last?.activation !== 'softmax')
    throw new UnsupportedLayerError(last?.name ?? 'flatten', 'the network ends in a softmax')
  return { inputShape, convLayers, dropout: dropout ? Number(configOf(dropout)['rate']) : 0, denseLayers }
}

/** Walks a list of layers, one expectation at a time. */
class LayerReader {
  private next = 0
  constructor(private readonly layers: readonly Layer[]) {}

  get isDone(): boolean {
    return this.next >= this.layers.length
  }

  isNext(...classNames: readonly string[]): boolean {
    const layer = this.layers[this.next]
    return layer !== undefined && classNames.includes(layer.getClassName())
  }

  takeIf(...classNames: readonly string[]): Layer | undefined {
    return this.isNext(...classNames) ? this.layers[this.next++] : undefined
  }

  take(...classNames: readonly string[]): Layer {
    const layer = this.takeIf(...classNames)
    if (layer) return layer
    const found = this.layers[this.next]
    throw new UnsupportedLayerError(
      found?.name ?? 'at the end',
      `${found ? `a ${found.getClassName()} stands` : 'nothing stands'} where ${classNames.join(' or ')} is expected`,
    )
  }
}

function readConvLayer(reader: LayerReader): ConvLayer {
  const pad = reader.takeIf('ZeroPadding2D')
  const conv = reader.take('Conv2D')
  const config = configOf(conv)
  refuseUnless(conv, config, 'padding', 'valid')
  refuseUnless(conv, config, 'dataFormat', 'channelsLast')
  refuseUnless(conv, config, 'useBias', true)
  const batchNorm = reader.takeIf('BatchNormalization')
  const activation = readActivation(reader)
  const pool = reader.take('MaxPooling2D')
  refuseUnless(pool, configOf(pool), 'poolSize', [POOL_SIZE, POOL_SIZE])
  return {
    name: conv.name,
    filters: Number(config['filters']),
    kernel: readPair(conv, config, 'kernelSize'),
    stride: readPair(conv, config, 'strides'),
    padding: pad ? readPadding(pad) : 0,
    penalty: readPenalty(config),
    batchNorm: batchNorm?.name,
    activation,
  }
}

function readDenseLayer(reader: LayerReader): DenseLayer {
  const dense = reader.take('Dense')
  const config = configOf(dense)
  const own = String(config['activation'] ?? 'linear')
  const activation =
    own === 'softmax' ? own : own === 'linear' ? readActivation(reader) : toActivation(dense, own)
  return { name: dense.name, units: Number(config['units']), penalty: readPenalty(config), activation }
}

function readActivation(reader: LayerReader): ActivationName {
  const layer = reader.takeIf('Activation', 'LeakyReLU')
  if (layer === undefined) return 'linear'
  return layer.getClassName() === 'LeakyReLU'
    ? 'leakyRelu'
    : toActivation(layer, String(configOf(layer)['activation']))
}

function toActivation(layer: Layer, name: string): ActivationName {
  const known = ACTIVATIONS.find((activation) => activation === name)
  if (known === undefined)
    throw new UnsupportedLayerError(layer.name, `activation ${name} is not one of ${ACTIVATIONS.join(', ')}`)
  return known
}

type Config = Readonly<Record<string, unknown>>
const configOf = (layer: Layer): Config => layer.getConfig()

function refuseUnless(layer: Layer, config: Config, option: string, expected: unknown): void {
  if (JSON.stringify(config[option]) !== JSON.stringify(expected))
    throw new UnsupportedLayerError(
      layer.name,
      `${option} is ${JSON.stringify(config[option])}; only ${JSON.stringify(expected)} can be trained`,
    )
}

function readInputShape(model: LayersModel): [number, number, number] {
  const [, height, width, channels] = (model.inputs[0]?.shape ?? []) as (number | null)[]
  if (height && width && channels) return [height, width, channels]
  throw new UnsupportedLayerError('input', 'the input shape is [height, width, channels], all known')
}

function readPair(layer: Layer, config: Config, option: string): [number, number] {
  const value = config[option]
  const [height, width] = Array.isArray(value) ? value : [value, value]
  if (Number.isInteger(height) && Number.isInteger(width)) return [height, width]
  throw new UnsupportedLayerError(layer.name, `${option} is not a pair of whole numbers`)
}

function readPadding(layer: Layer): number {
  const sides = [configOf(layer)['padding']].flat(3)
  const [first] = sides
  if (typeof first === 'number' && sides.every((side) => side === first)) return first
  throw new UnsupportedLayerError(layer.name, 'only the same zero padding on all sides can be trained')
}

function readPenalty(config: Config): Penalty {
  const regularizer = config['kernelRegularizer'] as
    | { config?: { l1?: number; l2?: number } }
    | null
    | undefined
  return { l1: regularizer?.config?.l1 ?? 0, l2: regularizer?.config?.l2 ?? 0 }
}
