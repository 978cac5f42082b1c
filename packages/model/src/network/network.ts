import type { LayersModel } from '@tensorflow/tfjs-layers'
import type { Block, Signal } from '../blocks/block.js'
import { BLOCK_KINDS } from '../blocks/block-kinds.js'
import { readConfig } from '../blocks/layer-config.js'
import { CHANNELS_TO_LAST } from '../blocks/layer-constants.js'
import { LayerReader } from '../blocks/layer-reader.js'
import { UnsupportedLayerError } from '../blocks/unsupported-layer-error.js'
import type { DataFormat } from './build-cnn.js'

/** A model as a list of blocks, as an engine that compiles it needs it. */
export interface Network {
  /** `[height, width, channels]`, whatever the format */
  readonly inputShape: readonly [height: number, width: number, channels: number]
  /** How the pixels of an image come: `[height, width, channels]` or `[channels, height, width]`. */
  readonly dataFormat: DataFormat
  /** From the image to the classes. The last one is a classifier. */
  readonly blocks: readonly Block[]
}

/**
 * Reads the layers of a model, such as `buildCNN` returns, as blocks.
 * @param kinds of blocks that are known, tried in this order at each place
 * @throws UnsupportedLayerError naming the first layer, and the option of it, that cannot be trained as it says
 */
export function readNetwork(model: LayersModel, kinds = BLOCK_KINDS): Network {
  const reader = new LayerReader(model.layers)
  reader.takeIf('InputLayer')
  const permute = reader.takeIf('Permute')
  if (permute) readConfig(permute, { dims: CHANNELS_TO_LAST }, [])
  const dataFormat = permute ? 'channelsFirst' : 'channelsLast'
  const inputShape = readInputShape(model, dataFormat)

  const blocks: Block[] = []
  let signal: Signal['kind'] = 'image'
  while (!reader.isDone) {
    const first = reader.describeNext()
    let block: Block | undefined
    for (const read of kinds) block ??= read(reader)
    if (block === undefined)
      throw new UnsupportedLayerError(first.name, undefined, `${first.kind} cannot be trained`)
    refuseMisplaced(block, signal, blocks, first)
    refuseMisplacedSoftmax(block, reader)
    signal = block.gives
    blocks.push(block)
  }
  if (!blocks.at(-1)?.isClassifier)
    throw new UnsupportedLayerError('at the end', undefined, 'the network must end in a softmax')
  return { inputShape, dataFormat, blocks }
}

function refuseMisplaced(
  block: Block,
  signal: Signal['kind'],
  before: readonly Block[],
  { name, kind }: { readonly name: string; readonly kind: string },
): void {
  if (!block.takes.includes(signal))
    throw new UnsupportedLayerError(
      name,
      undefined,
      `${kind} takes ${block.takes.join(' or ')} and stands behind a layer that gives ${signal}`,
    )
  if (block.dropsOut && before.some((other) => other.dropsOut))
    throw new UnsupportedLayerError(name, undefined, 'a network can have only one dropout layer')
}

/** The softmax belongs to the loss: it stands at the end and nowhere else. */
function refuseMisplacedSoftmax(block: Block, reader: LayerReader): void {
  if (block.isClassifier === reader.isDone) return
  throw new UnsupportedLayerError(
    reader.last.name,
    'activation',
    'a softmax must stand at the end of the network, and only there',
  )
}

function readInputShape(model: LayersModel, dataFormat: DataFormat): Network['inputShape'] {
  const [input, ...others] = model.inputs
  const sides = (input?.shape ?? []).slice(1)
  const [first, second, third] = sides
  if (others.length > 0 || sides.length !== 3 || !first || !second || !third)
    throw new UnsupportedLayerError('input', undefined, 'there is one input, of three known sizes')
  return dataFormat === 'channelsFirst' ? [second, third, first] : [first, second, third]
}
