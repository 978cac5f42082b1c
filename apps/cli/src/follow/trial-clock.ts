import type { HyperparameterName, TrialDetail } from '@sweepd/core'
import { formatPoint } from '../render/hyperparameters.js'
import type { RunningTrial } from '../render/progress-frame.js'

/** An epoch that takes longer than those before is not shown as done before it is. */
const MAX_SHARE_OF_EPOCH = 0.95

/** Estimates how far running trials are within their epochs. */
export interface TrialClock {
  estimate(trial: TrialDetail, varied: readonly HyperparameterName[]): RunningTrial
}

interface Mark {
  readonly attempts: number
  readonly epochs: number
  readonly atMs: number
}

/** A clock that remembers when it first saw each epoch of each trial; `now` is in milliseconds. */
export function createTrialClock(now: () => number = () => performance.now()): TrialClock {
  const marks = new Map<string, Mark>()
  const sinceEpochMs = ({ id, attempts, history }: TrialDetail): number => {
    const mark = marks.get(id)
    if (mark?.attempts === attempts && mark.epochs === history.length) return now() - mark.atMs
    marks.set(id, { attempts, epochs: history.length, atMs: now() })
    return 0
  }
  return {
    estimate(trial, varied) {
      const { number, history, epochs, metrics, hyperparameters, durationMs } = trial
      return {
        number,
        point: formatPoint(hyperparameters, varied),
        epochsDone: history.length,
        epochs,
        loss: metrics.loss,
        valAcc: metrics.val_acc,
        elapsedMs: durationMs ?? 0,
        ...estimateRest(history, epochs, sinceEpochMs(trial)),
      }
    },
  }
}

function estimateRest(
  history: TrialDetail['history'],
  epochs: number,
  sinceEpochMs: number,
): Pick<RunningTrial, 'share' | 'etaMs'> {
  if (history.length === 0) return { share: 0, etaMs: null }
  const epochMs = history.reduce((sum, { durationMs }) => sum + durationMs, 0) / history.length
  const left = epochs - history.length
  const shareOfEpoch = left > 0 ? Math.min(MAX_SHARE_OF_EPOCH, sinceEpochMs / Math.max(1, epochMs)) : 0
  return { share: (history.length + shareOfEpoch) / epochs, etaMs: (left - shareOfEpoch) * epochMs }
}
