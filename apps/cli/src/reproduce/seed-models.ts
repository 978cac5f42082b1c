import { isDeepStrictEqual } from 'node:util'
import type { Hyperparameters, MetricName, Trial } from '@sweepd/core'

/** A training of the seed notebook and what came of it. */
export interface SeedModel {
  readonly name: string
  /** The file in examples/ whose sweep has it. */
  readonly file: string
  /** Which trial of the sweep it is. */
  readonly point: Partial<Hyperparameters>
  /** What the notebook tells of it. */
  readonly metric: Extract<MetricName, 'val_acc' | 'test_acc'>
  /** In percent, after the last epoch. */
  readonly seedPercent: number
}

const kernelAndStride = (kernel: number, stride: number, seedPercent: number): SeedModel => ({
  name: `${kernel}×${kernel}, stride ${stride}`,
  file: 'seed-1-kernel-stride.json',
  point: { kernel, stride },
  metric: 'test_acc',
  seedPercent,
})

/** The eight trainings of the seed notebook, in its order. */
export const SEED_MODELS: readonly SeedModel[] = [
  kernelAndStride(3, 1, 91.45),
  kernelAndStride(3, 2, 83.99),
  kernelAndStride(4, 1, 90.68),
  kernelAndStride(4, 2, 83.87),
  { name: 'basic', file: 'seed-2-basic.json', point: {}, metric: 'val_acc', seedPercent: 89.0 },
  {
    name: 'batch-normalised',
    file: 'seed-2-normalised.json',
    point: {},
    metric: 'val_acc',
    seedPercent: 92.7,
  },
  { name: 'decay', file: 'seed-3-decay.json', point: { reg: 0 }, metric: 'test_acc', seedPercent: 92.61 },
  {
    name: 'decay, L1 and L2',
    file: 'seed-3-decay.json',
    point: { reg: { l1: 0.0005, l2: 0.0005, layers: 'convolutions' } },
    metric: 'test_acc',
    seedPercent: 92.21,
  },
]

/** The longest first: trials are taken in this order, and at the end short ones fill all cores best. */
export const SEED_SWEEP_FILES: readonly string[] = [
  'seed-3-decay.json',
  'seed-2-normalised.json',
  'seed-2-basic.json',
  'seed-1-kernel-stride.json',
]

/** Whether a trial of the model's sweep is the model's. */
export const isTrialOf = ({ point }: SeedModel, { hyperparameters }: Trial): boolean =>
  isDeepStrictEqual({ ...hyperparameters, ...point }, hyperparameters)
