import * as tf from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import { blockTensors } from '../layers/conv-block.js'
import { denseTensors } from '../layers/dense-head.js'
import type { CompiledNetwork } from './compiled-network.js'
import type { FlatLayout } from './parameters.js'

/** A network's weights as the graphs take them. */
export interface FlatWeights {
  readonly parameters: Float32Array
  readonly moving: Float32Array
}

/** How a weight of the LayersModel lies in a flat vector. */
interface Mapping {
  readonly layer: string
  /** Its place in the layer's list of weights. */
  readonly index: number
  readonly vector: keyof FlatWeights
  readonly slot: string
  /** `[height, width, channels, filters]` of a convolution's kernel; others lie in the same order in both. */
  readonly kernelShape?: readonly [number, number, number, number]
}

/** Copies the weights of a model into flat vectors. */
export function readWeights(model: LayersModel, compiled: CompiledNetwork): FlatWeights {
  const weights = {
    parameters: new Float32Array(compiled.parameters.size),
    moving: new Float32Array(compiled.moving.size),
  }
  for (const mapping of listMappings(compiled)) {
    const values = getWeight(model, mapping).dataSync() as Float32Array
    part(compiled, weights, mapping).set(mapping.kernelShape ? toRows(values, mapping.kernelShape) : values)
  }
  return weights
}

/** Copies flat vectors back into the model. */
export function writeWeights(model: LayersModel, compiled: CompiledNetwork, weights: FlatWeights): void {
  const mappings = listMappings(compiled)
  for (const name of new Set(mappings.map((mapping) => mapping.layer))) {
    const layer = model.getLayer(name)
    const tensors = layer.getWeights()
    const fresh = tensors.map((tensor, index) => {
      const mapping = mappings.find((candidate) => candidate.layer === name && candidate.index === index)
      if (mapping === undefined) return tensor
      const values = part(compiled, weights, mapping)
      return tf.tensor(
        mapping.kernelShape ? fromRows(values, mapping.kernelShape) : values.slice(),
        tensor.shape,
      )
    })
    layer.setWeights(fresh)
    tf.dispose(fresh.filter((tensor) => !tensors.includes(tensor)))
  }
}

function listMappings({ network, blocks, head }: CompiledNetwork): Mapping[] {
  const ofBlocks = network.convLayers.flatMap((layer, position): Mapping[] => {
    const names = blockTensors(layer.name)
    const channels = blocks[position]?.geometry.channels ?? 0
    const kernelShape = [layer.kernel[0], layer.kernel[1], channels, layer.filters] as const
    const kernel: Mapping = {
      layer: layer.name,
      index: 0,
      vector: 'parameters',
      slot: names.kernel,
      kernelShape,
    }
    const { batchNorm } = layer
    // Before batch normalisation a bias has no effect and no gradient: it stays as it is in the model.
    if (batchNorm === undefined)
      return [kernel, { layer: layer.name, index: 1, vector: 'parameters', slot: names.bias }]
    return [
      kernel,
      { layer: batchNorm, index: 0, vector: 'parameters', slot: names.gamma },
      { layer: batchNorm, index: 1, vector: 'parameters', slot: names.beta },
      { layer: batchNorm, index: 2, vector: 'moving', slot: names.movingMean },
      { layer: batchNorm, index: 3, vector: 'moving', slot: names.movingVariance },
    ]
  })
  const ofHead = head.flatMap(({ name }): Mapping[] => [
    { layer: name, index: 0, vector: 'parameters', slot: denseTensors(name).kernel },
    { layer: name, index: 1, vector: 'parameters', slot: denseTensors(name).bias },
  ])
  return [...ofBlocks, ...ofHead]
}

function getWeight(model: LayersModel, { layer, index }: Mapping): tf.Tensor {
  const tensor = model.getLayer(layer).getWeights()[index]
  if (tensor === undefined) throw new Error(`layer ${layer} has no weight ${index}`)
  return tensor
}

/** The view of one weight in its flat vector. */
function part(compiled: CompiledNetwork, weights: FlatWeights, { vector, slot }: Mapping): Float32Array {
  const layout: FlatLayout = compiled[vector]
  const found = layout.slots.find((candidate) => candidate.name === slot)
  if (found === undefined) throw new Error(`the flat vector has no slot ${slot}`)
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
