import { DEFAULT_LOSS, type LossName } from '@sweepd/core'
import type { BlockForward } from '../../../blocks/block.js'
import { GraphWriter, type Value } from '../graph/graph-writer.js'
import { reshape, swapFirstAxes, transpose } from '../graph/shapes.js'
import { losses } from './losses.js'
import type { NetworkLayout } from './network-layout.js'
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

interface StepOptions {
  readonly loss?: LossName
  readonly isResident?: boolean
  readonly decaysKernels?: boolean
}

/**
 * One training step as a graph: forward, backward, optimizer update.
 *
 * Inputs: `images` uint8 `[batch, height × width × channels]`, or `image_set` float32 of any number of images (0 to 255)
 * and the `indices` int32 `[batch]` of the batch in it; `labels` float32 one-hot `[batch, classes]`,
 * `dropout_mask` float32 `[batch, features]` (0 or 1 / (1 − rate); only if the network has dropout), `rate`, `decay`,
 * and the vectors `parameters`, `moving`, `state_i`. Outputs: each vector's `next_…`, the mean `loss` of the batch
 * with penalties, and how many of it were `correct`.
 */
export function writeTrainingGraph(
  network: NetworkLayout,
  optimizer: OptimizerName,
  { loss: lossName = DEFAULT_LOSS, isResident = false, decaysKernels = false }: StepOptions = {},
  graph = new GraphWriter(),
): GraphWriter {
  const { parameters: layout, moving: movingLayout, batch, classes } = network
  const { vector, parameters, moving } = readWeights(graph, network)
  const labels = graph.input(tensorNames.labels, 'float32', [batch, classes])
  const takeMask = (length: number) => graph.input(tensorNames.dropoutMask, 'float32', [batch, length])
  const context = { graph, parameters, moving, takeMask }

  const done: BlockForward[] = []
  let signal = readImages(graph, network, isResident)
  for (const block of network.blocks) {
    const forward = block.forward(context, signal)
    done.push(forward)
    signal = forward.output
  }
  const logits = signal
  const loss = losses[lossName](graph, logits, labels, network)

  const gradients = new Map<string, Value>()
  let gradient = loss.gradient
  for (const [index, block] of [...done.entries()].toReversed()) {
    const back = block.backward(gradient, index > 0)
    for (const [name, value] of back.gradients) gradients.set(name, value)
    if (back.input !== undefined) gradient = back.input
  }
  const penalty = applyPenalties(graph, network, parameters, gradients)

  const states = optimizers[optimizer].initialState.map((_, index) =>
    graph.input(tensorNames.state(index), 'float32', [layout.size]),
  )
  const rates = {
    rate: graph.input(tensorNames.rate, 'float32', []),
    decay: graph.input(tensorNames.decay, 'float32', []),
  }
  const start = decaysKernels
    ? layout.pack(graph, decayKernels(graph, network, parameters, rates.decay))
    : vector
  const update = optimizers[optimizer].update(graph, start, layout.pack(graph, gradients), states, rates)
  graph.output(tensorNames.next(tensorNames.parameters), update.parameters, 'float32', [layout.size])
  for (const [index, state] of update.state.entries())
    graph.output(tensorNames.next(tensorNames.state(index)), state, 'float32', [layout.size])
  if (movingLayout.size > 0) {
    const moved = new Map(done.flatMap(({ moved }) => [...(moved ?? [])]))
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
  graph.output(tensorNames.correct, countCorrect(graph, logits, labels), 'float32', [])
  return graph
}

/** Prediction as a graph: images as in training, `parameters`, `moving` in, `log_probabilities` float32 `[batch, classes]` out. */
export function writeInferenceGraph(
  network: NetworkLayout,
  isResident: boolean,
  graph = new GraphWriter(),
): GraphWriter {
  const { batch, classes } = network
  const { parameters, moving } = readWeights(graph, network)
  const takeMask = () => {
    throw new Error('predictions drop nothing out')
  }
  const context = { graph, parameters, moving, takeMask }
  let logits = readImages(graph, network, isResident)
  for (const block of network.blocks) logits = block.infer(context, logits)
  graph.output(tensorNames.logProbabilities, graph.op('LogSoftmax', [logits], { axis: 1 }), 'float32', [
    batch,
    classes,
  ])
  return graph
}

/** The inputs `parameters` and, if there is batch normalisation, `moving`, and the tensors inside them. */
function readWeights(graph: GraphWriter, { parameters: layout, moving: movingLayout }: NetworkLayout) {
  const vector = graph.input(tensorNames.parameters, 'float32', [layout.size])
  const parameters = layout.unpack(graph, vector)
  if (movingLayout.size === 0) return { vector, parameters, moving: new Map<string, Value>() }
  const moving = movingLayout.unpack(graph, graph.input(tensorNames.moving, 'float32', [movingLayout.size]))
  return { vector, parameters, moving }
}

/** Numbers in [0, 1], as `[channels, height, width, batch]`. */
function readImages(graph: GraphWriter, { network, batch }: NetworkLayout, isResident: boolean): Value {
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

function countCorrect(graph: GraphWriter, logits: Value, labels: Value): Value {
  const [predicted, expected] = [logits, labels].map((value) =>
    graph.op('ArgMax', [value], { axis: 1, keepdims: 0 }),
  )
  const hits = graph.op('Cast', [graph.op('Equal', [predicted, expected])], { to: 1 })
  return graph.op('ReduceSum', [hits], { keepdims: 0 })
}

/** The weights with this share of every kernel taken away; biases and normalisation stay. Only kernels have a penalty. */
function decayKernels(
  graph: GraphWriter,
  { weights }: NetworkLayout,
  parameters: ReadonlyMap<string, Value>,
  share: Value,
): Map<string, Value> {
  const decayed = new Map(parameters)
  for (const { name, penalty } of weights) {
    if (penalty === undefined) continue
    const kernel = getTensor(parameters, name)
    decayed.set(name, graph.op('Sub', [kernel, graph.op('Mul', [kernel, share])]))
  }
  return decayed
}

/** Adds l1 × sign(w) + 2 × l2 × w to the gradients, and returns the sum of all l1 × |w| + l2 × w². */
function applyPenalties(
  graph: GraphWriter,
  { penalties }: NetworkLayout,
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
