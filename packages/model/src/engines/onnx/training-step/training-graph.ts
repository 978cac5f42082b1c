import { DEFAULT_LOSS, type LossName } from '@sweepd/core'
import { GraphWriter, type Value } from '../graph/graph-writer.js'
import { reshape, swapFirstAxes, transpose } from '../graph/shapes.js'
import { type BlockForward, blockForward, blockInference } from '../layers/conv-block.js'
import { headForward } from '../layers/dense-head.js'
import type { CompiledNetwork } from './compiled-network.js'
import { losses } from './losses.js'
import { type OptimizerName, optimizers } from './optimizers.js'
import { getTensor } from './parameters.js'

/** Names of the inputs and outputs of the graphs; state vectors are numbered. */
export const tensorNames = {
  images: 'images',
  imageSet: 'image_set',
  indices: 'indices',
  labels: 'labels',
  dropoutMask: 'dropout_mask',
  rate: 'rate',
  decay: 'decay',
  parameters: 'parameters',
  moving: 'moving',
  state: (index: number) => `state_${index}`,
  next: (name: string) => `next_${name}`,
  copy: (name: string) => `copy_${name}`,
  loss: 'loss',
  correct: 'correct',
  logProbabilities: 'log_probabilities',
} as const

const PIXEL_MAX = 255

/**
 * One training step as a graph: forward, backward, optimizer update.
 *
 * Inputs: `images` uint8 `[batch, height × width × channels]`, or `image_set` float32 of any number of images (0 to 255)
 * and the `indices` int32 `[batch]` of the batch in it; `labels` float32 one-hot `[batch, classes]`,
 * `dropout_mask` float32 `[batch, features]` (0 or 1 / (1 − rate); only where the network drops out), `rate`, `decay`,
 * and the vectors `parameters`, `moving`, `state_i`. Outputs: each vector's `next_…`, the mean `loss` of the batch
 * with penalties, and how many of it were `correct`.
 */
export function writeTrainingGraph(
  compiled: CompiledNetwork,
  optimizer: OptimizerName,
  { loss: lossName = DEFAULT_LOSS, isResident = false }: { loss?: LossName; isResident?: boolean } = {},
  graph = new GraphWriter(),
): GraphWriter {
  const { parameters: layout, moving: movingLayout, batch, classes } = compiled
  const { vector, parameters, moving } = readWeights(graph, compiled)
  const labels = graph.input(tensorNames.labels, 'float32', [batch, classes])

  const blocks: BlockForward[] = []
  let image = readImages(graph, compiled, isResident)
  for (const block of compiled.blocks) {
    const done = blockForward(graph, block, image, parameters, moving)
    blocks.push(done)
    image = done.output
  }
  const dropout = writeDropout(graph, compiled)
  const head = headForward(graph, compiled.head, dropout(flatten(graph, compiled, image)), parameters)
  const loss = losses[lossName](graph, head.logits, labels, compiled)

  const { gradients, input } = head.backward(loss.gradient)
  let gradient = unflatten(graph, compiled, dropout(input))
  for (const [index, block] of [...blocks.entries()].toReversed()) {
    const back = block.backward(gradient, index > 0)
    for (const [name, value] of back.gradients) gradients.set(name, value)
    if (back.input !== undefined) gradient = back.input
  }
  const penalty = applyPenalties(graph, compiled, parameters, gradients)

  const states = optimizers[optimizer].initialState.map((_, index) =>
    graph.input(tensorNames.state(index), 'float32', [layout.size]),
  )
  const rates = {
    rate: graph.input(tensorNames.rate, 'float32', []),
    decay: graph.input(tensorNames.decay, 'float32', []),
  }
  const update = optimizers[optimizer].update(graph, vector, layout.pack(graph, gradients), states, rates)
  graph.output(tensorNames.next(tensorNames.parameters), update.parameters, 'float32', [layout.size])
  for (const [index, state] of update.state.entries())
    graph.output(tensorNames.next(tensorNames.state(index)), state, 'float32', [layout.size])
  if (movingLayout.size > 0) {
    const moved = new Map(blocks.flatMap((block) => [...block.moved]))
    graph.output(tensorNames.next(tensorNames.moving), movingLayout.pack(graph, moved), 'float32', [
      movingLayout.size,
    ])
  }
  graph.output(
    tensorNames.loss,
    penalty === undefined ? loss.mean : graph.op('Add', [loss.mean, penalty]),
    'float32',
    [],
  )
  graph.output(tensorNames.correct, countCorrect(graph, head.logits, labels), 'float32', [])
  return graph
}

/** Prediction as a graph: images as in training, `parameters`, `moving` in, `log_probabilities` float32 `[batch, classes]` out. */
export function writeInferenceGraph(
  compiled: CompiledNetwork,
  isResident: boolean,
  graph = new GraphWriter(),
): GraphWriter {
  const { batch, classes } = compiled
  const { parameters, moving } = readWeights(graph, compiled)
  let image = readImages(graph, compiled, isResident)
  for (const block of compiled.blocks) image = blockInference(graph, block, image, parameters, moving)
  const { logits } = headForward(graph, compiled.head, flatten(graph, compiled, image), parameters)
  graph.output(tensorNames.logProbabilities, graph.op('LogSoftmax', [logits], { axis: 1 }), 'float32', [
    batch,
    classes,
  ])
  return graph
}

/** The inputs `parameters` and, where there is batch normalisation, `moving`, and the tensors that lie in them. */
function readWeights(graph: GraphWriter, { parameters: layout, moving: movingLayout }: CompiledNetwork) {
  const vector = graph.input(tensorNames.parameters, 'float32', [layout.size])
  const parameters = layout.unpack(graph, vector)
  if (movingLayout.size === 0) return { vector, parameters, moving: new Map<string, Value>() }
  const moving = movingLayout.unpack(graph, graph.input(tensorNames.moving, 'float32', [movingLayout.size]))
  return { vector, parameters, moving }
}

/** Numbers in [0, 1], as `[channels, height, width, batch]`. */
function readImages(graph: GraphWriter, { network, batch }: CompiledNetwork, isResident: boolean): Value {
  const [height, width, channels] = network.inputShape
  const pixels = height * width * channels
  const numbers = isResident ? pickImages(graph, batch, pixels) : castImages(graph, batch, pixels)
  const scaled = graph.op('Mul', [numbers, graph.floats(1 / PIXEL_MAX)])
  const rows = transpose(graph, scaled)
  if (channels === 1 || network.dataFormat === 'channelsFirst')
    return reshape(graph, rows, [channels, height, width, batch])
  return swapFirstAxes(graph, rows, [height * width, channels, batch], [channels, height, width, batch])
}

const castImages = (graph: GraphWriter, batch: number, pixels: number): Value =>
  graph.op('Cast', [graph.input(tensorNames.images, 'uint8', [batch, pixels])], { to: 1 })

const pickImages = (graph: GraphWriter, batch: number, pixels: number): Value =>
  graph.op(
    'Gather',
    [
      graph.input(tensorNames.imageSet, 'float32', ['images', pixels]),
      graph.input(tensorNames.indices, 'int32', [batch]),
    ],
    { axis: 0 },
  )

/** To `[features, batch]`, features in the order of Keras' Flatten: channels last. */
function flatten(
  graph: GraphWriter,
  { batch, features, featureShape: [channels, height, width] }: CompiledNetwork,
  image: Value,
): Value {
  return swapFirstAxes(graph, image, [channels, height * width, batch], [features, batch])
}

function unflatten(
  graph: GraphWriter,
  { batch, featureShape: [channels, height, width] }: CompiledNetwork,
  features: Value,
): Value {
  return swapFirstAxes(graph, features, [height * width, channels, batch], [channels, height, width, batch])
}

/** Forward and backward are the same product with the mask. */
function writeDropout(
  graph: GraphWriter,
  { network, batch, features }: CompiledNetwork,
): (value: Value) => Value {
  if (network.dropout === 0) return (value) => value
  const mask = transpose(graph, graph.input(tensorNames.dropoutMask, 'float32', [batch, features]))
  return (value) => graph.op('Mul', [value, mask])
}

function countCorrect(graph: GraphWriter, logits: Value, labels: Value): Value {
  const [predicted, expected] = [logits, labels].map((value) =>
    graph.op('ArgMax', [value], { axis: 1, keepdims: 0 }),
  )
  const hits = graph.op('Cast', [graph.op('Equal', [predicted, expected])], { to: 1 })
  return graph.op('ReduceSum', [hits], { keepdims: 0 })
}

/** Adds l1 × sign(w) + 2 × l2 × w to the gradients; answers the sum of all l1 × |w| + l2 × w². */
function applyPenalties(
  graph: GraphWriter,
  { penalties }: CompiledNetwork,
  parameters: ReadonlyMap<string, Value>,
  gradients: Map<string, Value>,
): Value | undefined {
  const terms: Value[] = []
  for (const [name, { l1, l2 }] of penalties) {
    const weights = getTensor(parameters, name)
    const addTerm = (factor: number, sum: Value, slope: Value, slopeFactor: number) => {
      terms.push(graph.op('Mul', [sum, graph.floats(factor)]))
      const part = graph.op('Mul', [slope, graph.floats(slopeFactor)])
      gradients.set(name, graph.op('Add', [getTensor(gradients, name), part]))
    }
    if (l1 !== 0)
      addTerm(l1, graph.op('ReduceL1', [weights], { keepdims: 0 }), graph.op('Sign', [weights]), l1)
    if (l2 !== 0) addTerm(l2, graph.op('ReduceSumSquare', [weights], { keepdims: 0 }), weights, 2 * l2)
  }
  return terms.length === 0 ? undefined : graph.op('Sum', terms)
}
