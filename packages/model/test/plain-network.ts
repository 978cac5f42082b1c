import type { LossName } from '@sweepd/core'
import type { ActivationName } from '../src/blocks/block.js'
import { ConvBlock } from '../src/blocks/conv-block.js'
import { DenseBlock } from '../src/blocks/dense-block.js'
import type { Network } from '../src/index.js'
import type { DrawnImages } from './reference.js'

/**
 * A network in plain loops and double precision, written from Keras' documentation and sharing nothing with the engines:
 * exact enough to take finite differences of.
 */

/** Weights by Keras' names, such as `conv0/kernel`, in Keras' order. */
export type PlainWeights = ReadonlyMap<string, Float64Array>

/** `[height, width, channels]` of one image. */
interface Image {
  readonly height: number
  readonly width: number
  readonly channels: number
  readonly data: Float64Array
}

type ConvLayer = ConvBlock['options']

/** What a pass over a batch gives. */
export interface PlainResult {
  /** Mean over the batch, plus penalties. */
  readonly loss: number
  /** Mean and biased variance of each batch-normalised layer, by layer name. */
  readonly statistics: ReadonlyMap<string, { readonly mean: number[]; readonly variance: number[] }>
}

/** Forward pass in training mode, without dropout. */
export function runPlain(
  network: Network,
  weights: PlainWeights,
  set: DrawnImages,
  loss: LossName,
): PlainResult {
  const statistics: Map<string, { mean: number[]; variance: number[] }> = new Map()
  let images = readImages(network, set)
  for (const block of network.blocks) {
    if (!(block instanceof ConvBlock)) continue
    const layer = block.options
    let convolved = images.map((image) => convolve(pad(image, layer.padding), layer, weights))
    if (layer.batchNorm !== undefined) {
      const { mean, variance } = measure(convolved)
      statistics.set(layer.batchNorm, { mean, variance })
      convolved = convolved.map((image) => normalise(image, layer.batchNorm ?? '', weights, mean, variance))
    }
    images = convolved.map((image) => pool(mapValues(image, activationFunctions[layer.activation])))
  }
  const losses = images.map((image, index) =>
    lossOf(runDense(network, weights, image.data), set.labels[index] ?? 0, loss),
  )
  return { loss: sum(losses) / set.size + penaltyOf(network, weights), statistics }
}

function readImages({ inputShape, dataFormat }: Network, set: DrawnImages): Image[] {
  const [height, width, channels] = inputShape
  const size = height * width * channels
  return Array.from({ length: set.size }, (_, image) => {
    const data = Float64Array.from({ length: size }, (__, place) => {
      const [pixel, channel] = [Math.floor(place / channels), place % channels]
      const inner = dataFormat === 'channelsFirst' ? channel * height * width + pixel : place
      return at(set.images, image * size + inner) / 255
    })
    return { height, width, channels, data }
  })
}

function pad(image: Image, by: number): Image {
  const { height, width, channels } = image
  return fill(height + 2 * by, width + 2 * by, channels, (y, x, channel) => {
    const [row, column] = [y - by, x - by]
    const isInside = row >= 0 && row < height && column >= 0 && column < width
    return isInside ? pixelOf(image, row, column, channel) : 0
  })
}

function convolve(image: Image, layer: ConvLayer, weights: PlainWeights): Image {
  const [kernelHeight, kernelWidth] = layer.kernel
  const kernel = get(weights, `${layer.name}/kernel`)
  const bias = get(weights, `${layer.name}/bias`)
  const height = Math.floor((image.height - kernelHeight) / layer.stride[0]) + 1
  const width = Math.floor((image.width - kernelWidth) / layer.stride[1]) + 1
  return fill(height, width, layer.filters, (y, x, filter) => {
    let total = at(bias, filter)
    for (let dy = 0; dy < kernelHeight; dy++)
      for (let dx = 0; dx < kernelWidth; dx++)
        for (let channel = 0; channel < image.channels; channel++)
          total +=
            pixelOf(image, y * layer.stride[0] + dy, x * layer.stride[1] + dx, channel) *
            at(kernel, ((dy * kernelWidth + dx) * image.channels + channel) * layer.filters + filter)
    return total
  })
}

/** Mean and biased variance of each channel over all images and pixels. */
function measure(images: readonly Image[]): { mean: number[]; variance: number[] } {
  const [first] = images
  const channels = Array.from({ length: first?.channels ?? 0 }, (_, channel) =>
    images.flatMap((image) => [...image.data].filter((__, place) => place % image.channels === channel)),
  )
  const mean = channels.map((values) => sum(values) / values.length)
  const variance = channels.map(
    (values, channel) => sum(values.map((value) => (value - at(mean, channel)) ** 2)) / values.length,
  )
  return { mean, variance }
}

/** gamma × (x − mean) / √(variance + 0.001) + beta, https://keras.io/api/layers/normalization_layers/batch_normalization */
function normalise(
  image: Image,
  name: string,
  weights: PlainWeights,
  mean: readonly number[],
  variance: readonly number[],
): Image {
  const [gamma, beta] = [get(weights, `${name}/gamma`), get(weights, `${name}/beta`)]
  return mapValues(image, (value, channel) => {
    const centred = value - at(mean, channel)
    return (at(gamma, channel) * centred) / Math.sqrt(at(variance, channel) + 0.001) + at(beta, channel)
  })
}

function pool(image: Image): Image {
  return fill(image.height >> 1, image.width >> 1, image.channels, (y, x, channel) =>
    Math.max(...[0, 1].flatMap((dy) => [0, 1].map((dx) => pixelOf(image, 2 * y + dy, 2 * x + dx, channel)))),
  )
}

/** Class probabilities. */
function runDense(network: Network, weights: PlainWeights, features: Float64Array): number[] {
  let values = [...features]
  for (const block of network.blocks) {
    if (!(block instanceof DenseBlock)) continue
    const { name, units, activation } = block
    const [kernel, bias] = [get(weights, `${name}/kernel`), get(weights, `${name}/bias`)]
    const next = Array.from({ length: units }, (_, unit) =>
      sum([at(bias, unit), ...values.map((value, index) => value * at(kernel, index * units + unit))]),
    )
    values = activation === 'softmax' ? softmax(next) : next.map(activationFunctions[activation])
  }
  return values
}

function softmax(logits: readonly number[]): number[] {
  const largest = Math.max(...logits)
  const powers = logits.map((logit) => Math.exp(logit - largest))
  return powers.map((power) => power / sum(powers))
}

function lossOf(probabilities: readonly number[], label: number, loss: LossName): number {
  if (loss !== 'binaryCrossentropy') return -Math.log(at(probabilities, label))
  const terms = probabilities.map((p, index) => -Math.log(index === label ? p : 1 - p))
  return sum(terms) / terms.length
}

function penaltyOf({ blocks }: Network, weights: PlainWeights): number {
  return sum(
    blocks
      .flatMap(({ penalties }) => penalties)
      .map(({ layer, penalty: { l1, l2 } }) =>
        sum(
          [...get(weights, `${layer}/kernel`)].map((weight) => l1 * Math.abs(weight) + l2 * weight * weight),
        ),
      ),
  )
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))
const [SELU_ALPHA, SELU_SCALE] = [1.67326324, 1.05070098]

/** https://keras.io/api/layers/activations */
const activationFunctions: Readonly<Record<ActivationName, (x: number) => number>> = {
  relu: (x) => Math.max(x, 0),
  elu: (x) => (x > 0 ? x : Math.expm1(x)),
  selu: (x) => SELU_SCALE * (x > 0 ? x : SELU_ALPHA * Math.expm1(x)),
  leakyRelu: (x) => (x > 0 ? x : 0.3 * x),
  tanh: Math.tanh,
  sigmoid,
  swish: (x) => x * sigmoid(x),
  gelu: (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
  linear: (x) => x,
}

/** Maclaurin's series: twenty terms and more are exact to 1e-12 for the small arguments here. */
function erf(x: number): number {
  let [term, total] = [x, x]
  for (let n = 1; n < 80; n++) {
    term *= (-x * x) / n
    total += term / (2 * n + 1)
  }
  return (2 / Math.sqrt(Math.PI)) * total
}

function fill(
  height: number,
  width: number,
  channels: number,
  valueAt: (y: number, x: number, channel: number) => number,
): Image {
  const data = Float64Array.from({ length: height * width * channels }, (_, place) => {
    const pixel = Math.floor(place / channels)
    return valueAt(Math.floor(pixel / width), pixel % width, place % channels)
  })
  return { height, width, channels, data }
}

const mapValues = (image: Image, change: (value: number, channel: number) => number): Image => ({
  ...image,
  data: image.data.map((value, place) => change(value, place % image.channels)),
})

const pixelOf = ({ data, width, channels }: Image, y: number, x: number, channel: number): number =>
  at(data, (y * width + x) * channels + channel)

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

function at(values: ArrayLike<number>, index: number): number {
  const value = values[index]
  if (value === undefined) throw new RangeError(`there is no entry ${index} of ${values.length}`)
  return value
}

function get(weights: PlainWeights, name: string): Float64Array {
  const values = weights.get(name)
  if (values === undefined) throw new RangeError(`there is no weight ${name}`)
  return values
}
