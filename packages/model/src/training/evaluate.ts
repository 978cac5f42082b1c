import type { Score } from '@sweepd/core'
import type { LabelledImages, Trainer } from '../engines/engine.js'
import { lossValues } from './loss-value.js'

/** Loss and accuracy over a set of images. */
export interface Evaluation {
  /** Mean loss plus the penalties of the weights, as Keras' evaluate. */
  readonly loss: number
  /** 0 to 1 */
  readonly acc: number
  /** The most likely class of each image. */
  readonly predicted: Uint8Array | Uint16Array
}

/** Predicts every image with the trainer's weights as they are now. */
export async function evaluate(trainer: Trainer, set: LabelledImages): Promise<Evaluation> {
  const logProbabilities = await trainer.predict(set.images, set.size)
  const classes = logProbabilities.length / set.size
  const lossOf = lossValues[trainer.loss]
  const predicted = classes > 256 ? new Uint16Array(set.size) : new Uint8Array(set.size)
  let [loss, correct] = [0, 0]
  for (let index = 0; index < set.size; index++) {
    const row = logProbabilities.subarray(index * classes, (index + 1) * classes)
    const label = set.labels[index] as number
    predicted[index] = findLargest(row)
    loss += lossOf(row, label)
    if (predicted[index] === label) correct++
  }
  return { loss: loss / set.size + (await trainer.penalty()), acc: correct / set.size, predicted }
}

/**
 * The score of a finished trial: test loss and accuracy, confusion matrix (row: true class, column: predicted class)
 * and per class precision, recall and F1. A class never predicted has precision 0, as in scikit-learn's report.
 */
export function createScore(
  { loss, acc, predicted }: Evaluation,
  set: LabelledImages,
  classNames: readonly string[],
): Score {
  const confusionMatrix = classNames.map(() => classNames.map(() => 0))
  for (const [index, label] of set.labels.subarray(0, set.size).entries()) {
    const row = confusionMatrix[label]
    const column = predicted[index]
    if (row === undefined || column === undefined)
      throw new RangeError(`image ${index} has class ${label} of ${classNames.length}`)
    row[column] = (row[column] ?? 0) + 1
  }
  const perClass = classNames.map((label, index) => ({ label, ...reportClass(confusionMatrix, index) }))
  return { test_loss: loss, test_acc: acc, confusionMatrix, perClass }
}

function reportClass(confusionMatrix: readonly (readonly number[])[], index: number) {
  const hits = confusionMatrix[index]?.[index] ?? 0
  const support = sum(confusionMatrix[index] ?? [])
  const predictions = sum(confusionMatrix.map((row) => row[index] ?? 0))
  const [precision, recall] = [ratio(hits, predictions), ratio(hits, support)]
  return { precision, recall, f1: ratio(2 * precision * recall, precision + recall), support }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)
const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)

function findLargest(row: Float32Array): number {
  let best = 0
  for (let index = 1; index < row.length; index++)
    if ((row[index] as number) > (row[best] as number)) best = index
  return best
}
