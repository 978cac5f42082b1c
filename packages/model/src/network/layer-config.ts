import type { layers } from '@tensorflow/tfjs-layers'
import { UnsupportedLayerError } from './unsupported-layer-error.js'

type Layer = layers.Layer
export type LayerConfig = Readonly<Record<string, unknown>>

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

/** @throws UnsupportedLayerError where the value is none of those that can be trained */
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
