import {
  type EpochMetrics,
  hyperparametersSchema,
  METRIC_NAMES,
  parseSweepDefinition,
  type Sweep,
  TRIAL_STATES,
  type Trial,
  type TrialDetail,
} from '@sweepd/core'

const SWEEP_ID = '0192f1a0-0000-7000-8000-000000000000'
const AT = '2026-01-01T00:00:00.000Z'

const SAMPLE_ACCOUNTING: Sweep['accounting'] = {
  planned: 4,
  completed: 0,
  failed: 0,
  duplicates: 0,
  attemptsBeyondFirst: {
    total: 0,
    byReason: { failed: 0, expired: 0, released: 0, paused: 0, held: 0, retried: 0 },
  },
}

/** A sweep over kernel and stride, with these fields changed; counts are those of four queued trials. */
export function sampleSweep(changes: Partial<Sweep> = {}): Sweep {
  const definition = parseSweepDefinition({ name: 'sample', space: { kernel: [3, 4], stride: [1, 2] } })
  return {
    ...definition,
    id: SWEEP_ID,
    state: 'running',
    pauseReason: null,
    endReason: null,
    datasetDigest: null,
    skipped: { count: 0, points: [] },
    trialCounts: sampleCounts({ queued: 4 }),
    progress: 0,
    etaMs: null,
    bestTrial: null,
    accounting: SAMPLE_ACCOUNTING,
    createdAt: AT,
    finishedAt: null,
    ...changes,
  }
}

/** Counts of trials by state; what is not named is 0. */
export function sampleCounts(counts: Partial<Sweep['trialCounts']>): Sweep['trialCounts'] {
  const none = Object.fromEntries(TRIAL_STATES.map((state) => [state, 0])) as Sweep['trialCounts']
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
  return { ...none, ...counts, total }
}

/** One epoch; better with its number. */
export const sampleEpoch = (epoch: number): EpochMetrics => ({
  epoch,
  loss: 1 / epoch,
  acc: 1 - 0.5 / epoch,
  val_loss: 1.1 / epoch,
  val_acc: 1 - 0.6 / epoch,
  durationMs: 10_000,
})

/** A trial that has done these epochs of three, with other fields changed. */
export function sampleTrial(
  number: number,
  epochsDone = 0,
  { hyperparameters = {}, metrics = {}, ...changes }: SampleChanges = {},
): TrialDetail {
  const history = Array.from({ length: epochsDone }, (_, index) => sampleEpoch(index + 1))
  const { loss = null, acc = null, val_loss = null, val_acc = null } = history.at(-1) ?? {}
  const unknown = Object.fromEntries(METRIC_NAMES.map((name) => [name, null])) as Trial['metrics']
  return {
    id: `0192f1a0-0000-7000-8000-${String(number + 1).padStart(12, '0')}`,
    sweepId: SWEEP_ID,
    number,
    state: 'running',
    hyperparameters: hyperparametersSchema.parse({ epochs: 3, ...hyperparameters }),
    metrics: { ...unknown, loss, acc, val_loss, val_acc, ...metrics },
    epochsDone,
    epochs: 3,
    attempts: 1,
    retries: 0,
    durationMs: epochsDone * 10_000,
    error: null,
    pruneReason: null,
    proposedBy: 'grid',
    datasetDigest: null,
    createdAt: AT,
    startedAt: AT,
    finishedAt: null,
    waitingReason: null,
    history,
    score: null,
    attemptHistory: [],
    ...changes,
  }
}

interface SampleChanges extends Partial<Omit<TrialDetail, 'hyperparameters' | 'metrics'>> {
  readonly hyperparameters?: Record<string, unknown>
  readonly metrics?: Partial<Trial['metrics']>
}
