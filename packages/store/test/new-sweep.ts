import { randomUUID } from 'node:crypto'
import {
  type EpochMetrics,
  hashHyperparameters,
  hyperparametersSchema,
  parseSweepDefinition,
  type Score,
} from '@sweepd/core'
import type { NewSweep, NewTrial } from '@sweepd/scheduler'

/** A sweep over `count` learning rates, 4 epochs each, and its trials. */
export function makeSweep(
  count: number,
  definition: Record<string, unknown> = {},
): { sweep: NewSweep; trials: NewTrial[] } {
  const rates = Array.from({ length: count }, (_, number) => (number + 1) / 100_000)
  const trials = rates.map((lr, number) => {
    const hyperparameters = hyperparametersSchema.parse({ lr, epochs: 4 })
    return {
      id: randomUUID(),
      number,
      hyperparameters,
      hyperparametersHash: hashHyperparameters(hyperparameters),
    }
  })
  const parsed = parseSweepDefinition({
    name: 'rates',
    space: { lr: rates.slice(0, 10) },
    fixed: { epochs: 4 },
    ...definition,
  })
  return { sweep: { id: randomUUID(), definition: parsed }, trials }
}

/** An epoch whose numbers tell which it is. */
export function makeEpoch(epoch: number, values: Partial<EpochMetrics> = {}): EpochMetrics {
  return {
    epoch,
    loss: 1 / epoch,
    acc: 1 - 0.5 / epoch,
    val_loss: 1.25 / epoch,
    val_acc: 0.9 - 0.5 / epoch,
    durationMs: 100,
    ...values,
  }
}

export const SCORE: Score = {
  test_loss: 0.3,
  test_acc: 0.91,
  confusionMatrix: [
    [9, 1],
    [0, 10],
  ],
  perClass: [
    { label: 'Shirt', precision: 1, recall: 0.9, f1: 0.947, support: 10 },
    { label: 'Bag', precision: 0.909, recall: 1, f1: 0.952, support: 10 },
  ],
}
