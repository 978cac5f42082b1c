import { z } from 'zod'
import { batchNorm, conv, dense, type Image, type Layer, maxPool, softmax, zeroPad } from './layers'

// Reads model.json and weights.bin of a trial as functions from image to image. Only what buildCNN makes is known.

const layerSchema = z.object({ class_name: z.string(), config: z.looseObject({ name: z.string() }) })
const modelSchema = z.object({
  modelTopology: z.object({ config: z.object({ layers: z.array(layerSchema) }) }),
  weightsManifest: z
    .array(
      z.object({
        weights: z.array(
          z.object({ name: z.string(), shape: z.array(z.int().positive()), dtype: z.literal('float32') }),
        ),
      }),
    )
    .min(1),
})
const sizes = z.union([z.int().transform((side) => [side, side] as const), z.tuple([z.int(), z.int()])])

/** A network that predicts in this page. */
export interface TrainedNetwork {
  /** `[height, width, channels]` in pixels */
  readonly inputShape: readonly [height: number, width: number, channels: number]
  /** The probabilities of the classes for pixels from 0 to 1, `[height, width, channels]`. */
  predict(pixels: Float32Array): Float32Array
}

/**
 * The network of the two files.
 * @throws Error naming the layer that is unknown, or the weights that are missing
 */
export function readModel(json: unknown, weights: ArrayBuffer): TrainedNetwork {
  const { modelTopology, weightsManifest } = modelSchema.parse(json)
  const values = readWeights(
    weightsManifest.flatMap((group) => group.weights),
    weights,
  )
  const [input, ...others] = modelTopology.config.layers
  const inputShape = z
    .object({ batch_input_shape: z.tuple([z.null(), z.int(), z.int(), z.int()]) })
    .parse(input?.config).batch_input_shape
  const [, height, width, channels] = inputShape
  // Some writers leave the input out and put its shape into the first layer.
  const layers = (
    input?.class_name === 'InputLayer' || input === undefined ? others : [input, ...others]
  ).map((layer) =>
    readLayer(layer, (name) => values.get(`${layer.config.name}/${name}`) ?? missing(layer, name)),
  )
  return {
    inputShape: [height, width, channels],
    predict: (pixels) => {
      if (pixels.length !== height * width * channels)
        throw new RangeError(
          `an image has ${height * width * channels} numbers, and this one ${pixels.length}`,
        )
      let image: Image = { height, width, channels, data: pixels }
      for (const layer of layers) image = layer(image)
      return image.data
    },
  }
}

type LayerConfig = z.output<typeof layerSchema>

function readLayer(
  { class_name: kind, config }: LayerConfig,
  weights: (name: string) => Float32Array,
): Layer {
  const activation = readActivation(config)
  switch (kind) {
    case 'Conv2D': {
      const { kernel_size, strides, use_bias } = z
        .object({ kernel_size: sizes, strides: sizes, padding: z.literal('valid'), use_bias: z.boolean() })
        .parse(config)
      const bias = use_bias ? weights('bias') : undefined
      return then(conv(weights('kernel'), bias, kernel_size, strides), activation)
    }
    case 'BatchNormalization': {
      const { epsilon, center, scale } = z
        .object({ epsilon: z.number(), center: z.boolean(), scale: z.boolean() })
        .parse(config)
      return batchNorm({
        mean: weights('moving_mean'),
        variance: weights('moving_variance'),
        gamma: scale ? weights('gamma') : undefined,
        beta: center ? weights('beta') : undefined,
        epsilon,
      })
    }
    case 'Dense': {
      const { use_bias } = z.object({ use_bias: z.boolean() }).parse(config)
      return then(dense(weights('kernel'), use_bias ? weights('bias') : undefined), activation)
    }
    case 'MaxPooling2D': {
      const { pool_size, strides } = z
        .object({ pool_size: sizes, strides: sizes, padding: z.literal('valid') })
        .parse(config)
      return maxPool(pool_size, strides)
    }
    case 'ZeroPadding2D':
      return zeroPad(readPadding(config.padding))
    case 'Activation':
      return activation
    case 'LeakyReLU': {
      const { alpha } = z.object({ alpha: z.number() }).parse(config)
      return each((x) => (x < 0 ? alpha * x : x))
    }
    case 'Flatten':
      return (image) => ({ height: 1, width: 1, channels: image.data.length, data: image.data })
    case 'Dropout':
      return (image) => image
    default:
      throw new Error(`The layer ${config.name} is of the kind ${kind}, which this page cannot compute.`)
  }
}

const each =
  (f: (x: number) => number): Layer =>
  (image) => ({ ...image, data: image.data.map(f) })

const then =
  (first: Layer, second: Layer): Layer =>
  (image) =>
    second(first(image))

const ACTIVATIONS: Readonly<Record<string, Layer>> = {
  linear: (image) => image,
  relu: each((x) => Math.max(0, x)),
  elu: each((x) => (x < 0 ? Math.expm1(x) : x)),
  selu: each((x) => 1.0507009873554805 * (x < 0 ? 1.6732632423543772 * Math.expm1(x) : x)),
  sigmoid: each((x) => 1 / (1 + Math.exp(-x))),
  tanh: each(Math.tanh),
  swish: each((x) => x / (1 + Math.exp(-x))),
  gelu: each((x) => 0.5 * x * (1 + erf(x / Math.SQRT2))),
  softmax,
}

/** Within 1.5e-7 of the error function: Abramowitz and Stegun, 7.1.26. */
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x))
  const factors = [0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429]
  const sum = factors.reduceRight((value, factor) => (value + factor) * t, 0)
  return Math.sign(x) * (1 - sum * Math.exp(-x * x))
}

function readActivation({ name, activation = 'linear' }: LayerConfig['config']): Layer {
  const known = ACTIVATIONS[String(activation)]
  if (known === undefined)
    throw new Error(
      `The layer ${name} has the activation ${String(activation)}, which this page cannot compute.`,
    )
  return known
}

/** `n`, `[n, m]` or `[[top, bottom], [left, right]]`. */
function readPadding(padding: unknown): readonly [top: number, bottom: number, left: number, right: number] {
  const side = z.union([z.int(), z.tuple([z.int(), z.int()])])
  const [vertical, horizontal] = z
    .union([z.int().transform((n) => [n, n] as const), z.tuple([side, side])])
    .parse(padding)
  const [top, bottom] = typeof vertical === 'number' ? [vertical, vertical] : vertical
  const [left, right] = typeof horizontal === 'number' ? [horizontal, horizontal] : horizontal
  return [top, bottom, left, right]
}

function readWeights(
  specs: readonly { readonly name: string; readonly shape: readonly number[] }[],
  buffer: ArrayBuffer,
): Map<string, Float32Array> {
  let offset = 0
  const values = new Map<string, Float32Array>()
  for (const { name, shape } of specs) {
    const length = shape.reduce((product, side) => product * side, 1)
    if (offset + 4 * length > buffer.byteLength)
      throw new Error(`The file of weights ends within ${name}; load the page again.`)
    values.set(name, new Float32Array(buffer, offset, length))
    offset += 4 * length
  }
  return values
}

function missing(layer: LayerConfig, name: string): never {
  throw new Error(`The file of weights has no ${name} of the layer ${layer.config.name}.`)
}
