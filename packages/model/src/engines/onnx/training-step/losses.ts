import type { LossName } from '@sweepd/core'
import { LARGEST_PROBABILITY, SMALLEST_PROBABILITY } from '../../../training/loss-value.js'
import type { GraphWriter, Value } from '../graph/graph-writer.js'

/** A loss written into a graph. */
interface WrittenLoss {
  /** Mean over the batch. */
  readonly mean: Value
  /** Its gradient for the logits, `[batch, classes]`. */
  readonly gradient: Value
}

interface Sizes {
  readonly batch: number
  readonly classes: number
}

/** @param logits `[batch, classes]`, before the softmax @param labels `[batch, classes]`, one-hot */
type WriteLoss = (graph: GraphWriter, logits: Value, labels: Value, sizes: Sizes) => WrittenLoss

/** From the logits, as Keras computes it after a softmax: no clipping, so that a hopeless image still has a gradient. */
const writeCategorical: WriteLoss = (graph, logits, labels, { batch }) => {
  const logProbabilities = graph.op('LogSoftmax', [logits], { axis: 1 })
  const sum = graph.op('ReduceSum', [graph.op('Mul', [labels, logProbabilities])], { keepdims: 0 })
  const difference = graph.op('Sub', [graph.op('Exp', [logProbabilities]), labels])
  return {
    mean: graph.op('Mul', [sum, graph.floats(-1 / batch)]),
    gradient: graph.op('Mul', [difference, graph.floats(1 / batch)]),
  }
}

/**
 * Each class as a question of its own, and the mean over them: −log p of the right class and −log(1 − p) of the others.
 * Clipped probabilities have no gradient, as in Keras.
 */
const writeBinary: WriteLoss = (graph, logits, labels, { batch, classes }) => {
  const share = 1 / (batch * classes)
  const probabilities = graph.op('Softmax', [logits], { axis: 1 })
  const bounds = [graph.floats(SMALLEST_PROBABILITY), graph.floats(LARGEST_PROBABILITY)]
  const clipped = graph.op('Clip', [probabilities, ...bounds])
  const isRight = graph.op('Greater', [labels, graph.floats(0.5)])
  const asked = graph.op('Where', [isRight, clipped, graph.op('Sub', [graph.floats(1), clipped])])
  const sum = graph.op('ReduceSum', [graph.op('Log', [asked])], { keepdims: 0 })

  const sign = graph.op('Where', [isRight, graph.floats(-share), graph.floats(share)])
  const isInside = graph.op('Cast', [graph.op('Equal', [clipped, probabilities])], { to: 1 })
  const slope = graph.op('Mul', [graph.op('Div', [sign, asked]), isInside])
  return {
    mean: graph.op('Mul', [sum, graph.floats(-share)]),
    gradient: softmaxGradient(graph, probabilities, slope),
  }
}

/** From the gradient for the probabilities to that for the logits: p × (g − Σ p g). */
function softmaxGradient(graph: GraphWriter, probabilities: Value, gradient: Value): Value {
  const weighted = graph.op('Mul', [probabilities, gradient])
  const sum = graph.op('ReduceSum', [weighted, graph.ints([1])], { keepdims: 1 })
  return graph.op('Sub', [weighted, graph.op('Mul', [probabilities, sum])])
}

/** Each loss with its gradient. Labels reach the graph one-hot, so class numbers make no difference here. */
export const losses: Readonly<Record<LossName, WriteLoss>> = {
  categoricalCrossentropy: writeCategorical,
  sparseCategoricalCrossentropy: writeCategorical,
  binaryCrossentropy: writeBinary,
}
