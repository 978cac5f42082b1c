import { ACTIVATIONS } from '@sweepd/core'
import type { Tensor } from '@tensorflow/tfjs-core'
import type { LayersModel, layers } from '@tensorflow/tfjs-layers'
import type { GraphWriter, Value } from '../engines/onnx/graph/graph-writer.js'
import { type ActivationName, NO_PENALTY, type Penalty } from './block.js'
import { LEAKY_SLOPE } from './layer-constants.js'
import type { LayerReader } from './layer-reader.js'
import { UnsupportedLayerError } from './unsupported-layer-error.js'

type Layer = layers.Layer
type LayerConfig = Readonly<Record<string, unknown>>

/** Options that say where weights begin, or what things are called, and nothing about how they are trained. */
const WITHOUT_EFFECT = new Set([
  'name',
  'dtype',
  'batchInputShape',
  'kernelInitializer',
  'biasInitializer',
  'gammaInitializer',
  'betaInitializer',
  'movingMeanInitializer',
  'movingVarianceInitializer',
])

/**
 * The options of a layer, each of which is read by the caller, has the one value that can be trained, or is off. What is
 * none of these is refused, so that no option is silently ignored: regularizers of biases, constraints, frozen layers.
 * @param required the one value of an option that can be trained
 * @param read options that the caller reads
 * @throws UnsupportedLayerError naming layer and option
 */
export function readConfig(layer: Layer, required: LayerConfig, read: readonly string[]): LayerConfig {
  const config: LayerConfig = layer.getConfig()
  const expected: LayerConfig = { trainable: true, ...required }
  for (const [option, value] of Object.entries(config)) {
    const isOff = value === null || value === undefined
    if (Object.hasOwn(expected, option)) refuseUnless(layer, option, value, [expected[option]])
    else if (!isOff && !read.includes(option) && !WITHOUT_EFFECT.has(option))
      throw new UnsupportedLayerError(
        layer.name,
        option,
        `${JSON.stringify(value)} cannot be trained; leave it out`,
      )
  }
  return config
}

/** @throws UnsupportedLayerError if the value is not one of those that can be trained */
export function refuseUnless(
  layer: Layer,
  option: string,
  value: unknown,
  allowed: readonly unknown[],
): void {
  const texts = allowed.map((candidate) => JSON.stringify(candidate))
  if (!texts.includes(JSON.stringify(value)))
    throw new UnsupportedLayerError(
      layer.name,
      option,
      `${JSON.stringify(value)} cannot be trained, only ${texts.join(' or ')}`,
    )
}

/** The activation that a layer has of its own, or that of the activation layer behind it. */
export function readActivation(reader: LayerReader, layer: Layer, config: LayerConfig): ActivationName {
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

/** Height and width, of an option that is a number or two. */
export function readPair(layer: Layer, config: LayerConfig, option: string): [number, number] {
  const value = config[option]
  const [height, width] = Array.isArray(value) ? value : [value, value]
  if (Number.isInteger(height) && Number.isInteger(width)) return [height, width]
  throw new UnsupportedLayerError(layer.name, option, 'it is not a pair of whole numbers')
}

interface Regularizer {
  readonly className: string
  readonly config: Penalty
}

/** The L1 and L2 penalties of a layer's kernel. */
export function readPenalty(layer: Layer, config: LayerConfig): Penalty {
  const regularizer = config['kernelRegularizer'] as Regularizer | null
  if (regularizer === null) return NO_PENALTY
  refuseUnless(layer, 'kernelRegularizer', regularizer.className, ['L1L2'])
  return { l1: regularizer.config.l1, l2: regularizer.config.l2 }
}

/** The weights of a layer as constants of a graph. */
export const listConstants = (graph: GraphWriter, model: LayersModel, layer: string): Value[] =>
  model
    .getLayer(layer)
    .getWeights()
    .map((weight) => toConstant(graph, weight))

export const toConstant = (graph: GraphWriter, weight: Tensor): Value =>
  graph.floats(weight.dataSync() as Float32Array, weight.shape)
