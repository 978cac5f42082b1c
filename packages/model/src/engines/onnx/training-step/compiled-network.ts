import type { Network, Penalty } from '../../../network/network.js'
import { blockTensors, type ConvBlock } from '../layers/conv-block.js'
import { layOutConvolution } from '../layers/conv-geometry.js'
import { denseTensors, type HiddenLayer } from '../layers/dense-head.js'
import { FlatLayout } from './parameters.js'

/** A network laid out for one batch size: geometry of its blocks and the places of its weights. */
export interface CompiledNetwork {
  readonly network: Network
  readonly batch: number
  readonly blocks: readonly ConvBlock[]
  readonly head: readonly HiddenLayer[]
  /** Channels, height and width after the last block. */
  readonly featureShape: readonly [channels: number, height: number, width: number]
  /** Their product: what the fully connected layers get of each image. */
  readonly features: number
  readonly classes: number
  readonly parameters: FlatLayout
  /** Moving averages of the batch normalisations. */
  readonly moving: FlatLayout
  /** Penalties by kernel name, of those that have one. */
  readonly penalties: ReadonlyMap<string, Penalty>
}

/** Lays a network out for batches of this size. @throws RangeError where a layer shrinks below one pixel */
export function compileNetwork(network: Network, batch: number): CompiledNetwork {
  const parameters = new FlatLayout()
  const moving = new FlatLayout()
  const penalties = new Map<string, Penalty>()
  const addKernel = (name: string, shape: readonly number[], penalty: Penalty) => {
    parameters.add(name, shape)
    if (penalty.l1 !== 0 || penalty.l2 !== 0) penalties.set(name, penalty)
  }

  let [height, width, channels] = network.inputShape
  const blocks = network.convLayers.map((layer): ConvBlock => {
    const { name, filters, kernel, stride, padding } = layer
    const hasBatchNorm = layer.batchNorm !== undefined
    const geometry = layOutConvolution(
      { batch, channels, height, width, padding, kernel, stride, filters },
      hasBatchNorm,
    )
    const names = blockTensors(name)
    addKernel(names.kernel, [filters, channels * kernel[0] * kernel[1]], layer.penalty)
    for (const vector of hasBatchNorm ? [names.gamma, names.beta] : [names.bias])
      parameters.add(vector, [filters, 1])
    if (hasBatchNorm)
      for (const vector of [names.movingMean, names.movingVariance]) moving.add(vector, [filters, 1])
    ;[height, width, channels] = [geometry.pooledHeight, geometry.pooledWidth, filters]
    return { name, geometry, hasBatchNorm, activation: layer.activation }
  })

  const features = height * width * channels
  let units = features
  const head = network.denseLayers.map((layer): HiddenLayer => {
    const names = denseTensors(layer.name)
    addKernel(names.kernel, [units, layer.units], layer.penalty)
    parameters.add(names.bias, [layer.units])
    units = layer.units
    return { name: layer.name, activation: layer.activation === 'softmax' ? 'linear' : layer.activation }
  })
  const featureShape = [channels, height, width] as const
  return {
    network,
    batch,
    blocks,
    head,
    featureShape,
    features,
    classes: units,
    parameters,
    moving,
    penalties,
  }
}
