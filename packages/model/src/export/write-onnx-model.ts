import * as tf from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import { float, GraphWriter, type Value } from '../engines/onnx/graph/graph-writer.js'
import { ELEMENT_TYPES } from '../engines/onnx/graph/onnx-proto.js'
import { activations } from '../engines/onnx/layers/activations.js'
import { BATCH_NORM_EPSILON } from '../network/layer-constants.js'
import { type ConvLayer, type DenseLayer, readNetwork } from '../network/network.js'

/** Images as the LayersModel takes them, 0 to 1, or as bytes, 0 to 255. */
export type ImageType = 'float32' | 'uint8'

/** Names of the inputs and outputs of an exported model. */
export const onnxModelNames = { images: 'images', probabilities: 'probabilities', batch: 'batch' } as const

const TO_CHANNELS_FIRST = [0, 3, 1, 2]
const TO_CHANNELS_LAST = [0, 2, 3, 1]
const POOL = { kernel_shape: [2, 2], strides: [2, 2] }

/**
 * A model for inference as ONNX: `images` `[batch, height, width, channels]` of any batch size in, or with channels first
 * as the model takes them; `probabilities` `[batch, classes]` out. Unlike the graphs that train, it is made of the usual
 * operators, for any runtime.
 * @throws UnsupportedLayerError naming the first layer that does not fit
 */
export function writeOnnxModel(model: LayersModel, imageType: ImageType = 'float32'): Uint8Array {
  const network = readNetwork(model)
  const graph = new GraphWriter()
  const { images, probabilities, batch } = onnxModelNames
  const [height, width, channels] = network.inputShape
  const isChannelsFirst = network.dataFormat === 'channelsFirst'
  const imageShape = isChannelsFirst ? [channels, height, width] : network.inputShape
  let value = toUnit(graph, graph.input(images, imageType, [batch, ...imageShape]), imageType)
  if (!isChannelsFirst) value = graph.op('Transpose', [value], { perm: TO_CHANNELS_FIRST })
  for (const layer of network.convLayers) value = writeConvBlock(graph, value, layer, model)
  // The dense layers expect the features in the order of channels last.
  value = graph.op('Transpose', [value], { perm: TO_CHANNELS_LAST })
  value = graph.op('Flatten', [value], { axis: 1 })
  for (const layer of network.denseLayers) value = writeDense(graph, value, layer, model)
  const classes = network.denseLayers.at(-1)?.units ?? 0
  graph.output(probabilities, value, 'float32', [batch, classes])
  return graph.encode()
}

function toUnit(graph: GraphWriter, images: Value, imageType: ImageType): Value {
  if (imageType === 'float32') return images
  const numbers = graph.op('Cast', [images], { to: ELEMENT_TYPES.float32 })
  return graph.op('Div', [numbers, graph.floats(255)])
}

function writeConvBlock(graph: GraphWriter, image: Value, layer: ConvLayer, model: LayersModel): Value {
  const { padding, stride, kernel, activation } = layer
  const [kernelTensor, bias] = getWeights(model, layer.name)
  const filters = tf.transpose(kernelTensor as tf.Tensor, [3, 2, 0, 1])
  const operands = [image, constant(graph, filters), constant(graph, bias)]
  tf.dispose(filters)
  const pads = [padding, padding, padding, padding]
  const convolved = graph.op('Conv', operands, { kernel_shape: kernel, strides: stride, pads })
  const normalised = layer.batchNorm ? normalise(graph, convolved, layer.batchNorm, model) : convolved
  return graph.op('MaxPool', [activations[activation].forward(graph, normalised)], POOL)
}

function normalise(graph: GraphWriter, value: Value, name: string, model: LayersModel): Value {
  const [gamma, beta, mean, variance] = getWeights(model, name).map((weight) => constant(graph, weight))
  const epsilon = float(BATCH_NORM_EPSILON)
  return graph.op('BatchNormalization', [value, gamma, beta, mean, variance], { epsilon })
}

function writeDense(graph: GraphWriter, value: Value, layer: DenseLayer, model: LayersModel): Value {
  const [kernel, bias] = getWeights(model, layer.name).map((weight) => constant(graph, weight))
  const sums = graph.op('Gemm', [value, kernel, bias])
  if (layer.activation === 'softmax') return graph.op('Softmax', [sums], { axis: 1 })
  return activations[layer.activation].forward(graph, sums)
}

const getWeights = (model: LayersModel, name: string): tf.Tensor[] => model.getLayer(name).getWeights()

function constant(graph: GraphWriter, tensor: tf.Tensor | undefined): Value {
  if (tensor === undefined) throw new Error('a layer has fewer weights than its kind has')
  return graph.floats(tensor.dataSync() as Float32Array, tensor.shape)
}
