import * as tf from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import type { NetworkLayout } from './network-layout.js'
import type { FlatLayout } from './parameters.js'

/** A network's weights as the graphs take them. */
interface FlatWeights {
  readonly parameters: Float32Array
  readonly moving: Float32Array
}

type Mapping = NetworkLayout['weights'][number]

/** Copies the weights of a model into flat vectors. */
export function readWeights(model: LayersModel, network: NetworkLayout): FlatWeights {
  const weights = {
    parameters: new Float32Array(network.parameters.size),
    moving: new Float32Array(network.moving.size),
  }
  for (const mapping of network.weights) {
    const values = getWeight(model, mapping).dataSync() as Float32Array
    part(network, weights, mapping).set(mapping.kernelShape ? toRows(values, mapping.kernelShape) : values)
  }
  return weights
}

/** Copies flat vectors back into the model. */
export function writeWeights(model: LayersModel, network: NetworkLayout, weights: FlatWeights): void {
  const mappings = network.weights
  for (const name of new Set(mappings.map((mapping) => mapping.layer))) {
    const layer = model.getLayer(name)
    const tensors = layer.getWeights()
    const fresh = tensors.map((tensor, index) => {
      const mapping = mappings.find((candidate) => candidate.layer === name && candidate.index === index)
      if (mapping === undefined) return tensor
      const values = part(network, weights, mapping)
      return tf.tensor(
        mapping.kernelShape ? fromRows(values, mapping.kernelShape) : values.slice(),
        tensor.shape,
      )
    })
    layer.setWeights(fresh)
    tf.dispose(fresh.filter((tensor) => !tensors.includes(tensor)))
  }
}

function getWeight(model: LayersModel, { layer, index }: Mapping): tf.Tensor {
  const tensor = model.getLayer(layer).getWeights()[index]
  if (tensor === undefined) throw new Error(`layer ${layer} has no weight ${index}`)
  return tensor
}

/** The view of one weight in its flat vector. */
function part(network: NetworkLayout, weights: FlatWeights, { vector, name }: Mapping): Float32Array {
  const layout: FlatLayout = network[vector]
  const found = layout.slots.find((candidate) => candidate.name === name)
  if (found === undefined) throw new Error(`the flat vector has no weight ${name}`)
  return weights[vector].subarray(found.offset, found.offset + found.size)
}

/** Visits each entry of a convolution kernel with its places in Keras' order and in `[filters, channels × taps]`. */
function forEachKernelEntry(
  [height, width, channels, filters]: readonly [number, number, number, number],
  visit: (keras: number, row: number) => void,
): void {
  const taps = height * width
  for (let tap = 0; tap < taps; tap++)
    for (let channel = 0; channel < channels; channel++)
      for (let filter = 0; filter < filters; filter++)
        visit((tap * channels + channel) * filters + filter, (filter * channels + channel) * taps + tap)
}

function toRows(values: Float32Array, shape: readonly [number, number, number, number]): Float32Array {
  const rows = new Float32Array(values.length)
  forEachKernelEntry(shape, (keras, row) => {
    rows[row] = values[keras] as number
  })
  return rows
}

function fromRows(rows: Float32Array, shape: readonly [number, number, number, number]): Float32Array {
  const values = new Float32Array(rows.length)
  forEachKernelEntry(shape, (keras, row) => {
    values[keras] = rows[row] as number
  })
  return values
}
