import type { LayersModel } from '@tensorflow/tfjs-layers'
import { BLOCK_KINDS } from '../blocks/block-kinds.js'
import { GraphWriter, type Value } from '../engines/onnx/graph/graph-writer.js'
import { ELEMENT_TYPES } from '../engines/onnx/graph/onnx-proto.js'
import { readNetwork } from '../network/network.js'

/** Images as the LayersModel takes them, 0 to 1, or as bytes, 0 to 255. */
export type ImageType = 'float32' | 'uint8'

/** Names of the inputs and outputs of an exported model. */
export const onnxModelNames = { images: 'images', probabilities: 'probabilities', batch: 'batch' } as const

const TO_CHANNELS_FIRST = [0, 3, 1, 2]

/**
 * A model for inference as ONNX: `images` `[batch, height, width, channels]` of any batch size in, or with channels first
 * as the model takes them; `probabilities` `[batch, classes]` out. Unlike the graphs that train, it is made of the usual
 * operators, for any runtime.
 * @throws UnsupportedLayerError naming the first layer that does not fit
 */
export function writeOnnxModel(
  model: LayersModel,
  imageType: ImageType = 'float32',
  blockKinds = BLOCK_KINDS,
): Uint8Array {
  const network = readNetwork(model, blockKinds)
  const graph = new GraphWriter()
  const { images, probabilities, batch } = onnxModelNames
  const [height, width, channels] = network.inputShape
  const isChannelsFirst = network.dataFormat === 'channelsFirst'
  const imageShape = isChannelsFirst ? [channels, height, width] : network.inputShape
  let value = toUnit(graph, graph.input(images, imageType, [batch, ...imageShape]), imageType)
  if (!isChannelsFirst) value = graph.op('Transpose', [value], { perm: TO_CHANNELS_FIRST })
  for (const block of network.blocks) value = block.export({ graph, model }, value)
  const classes = Number(model.outputs[0]?.shape.at(-1))
  graph.output(probabilities, value, 'float32', [batch, classes])
  return graph.encode()
}

function toUnit(graph: GraphWriter, images: Value, imageType: ImageType): Value {
  if (imageType === 'float32') return images
  const numbers = graph.op('Cast', [images], { to: ELEMENT_TYPES.float32 })
  return graph.op('Div', [numbers, graph.floats(255)])
}
