import { type Sweep, TRIAL_STATES, type TrialDetail } from '@sweepd/core'
import type { SweepReader } from '../src/follow/sweep-follower.js'
import { sampleSweep } from './samples.js'

/** A sweep whose trials a test sets, read as through the client; every question is counted by its kind. */
export class RecordedSweep implements SweepReader {
  readonly asked: string[] = []
  state: Sweep['state'] = 'running'
  pauseReason: string | null = null
  trials: readonly TrialDetail[] = []
  /** Thrown by the next questions, one each. */
  readonly failures: Error[] = []

  private count(question: string): void {
    this.asked.push(question)
    const failure = this.failures.shift()
    if (failure) throw failure
  }

  getSweep: SweepReader['getSweep'] = async () => {
    this.count('sweep')
    const counts = Object.fromEntries(
      TRIAL_STATES.map((state) => [state, this.trials.filter((trial) => trial.state === state).length]),
    ) as Omit<Sweep['trialCounts'], 'total'>
    const { state, pauseReason } = this
    return sampleSweep({ state, pauseReason, trialCounts: { ...counts, total: this.trials.length } })
  }

  listTrials: SweepReader['listTrials'] = async ({ state } = {}) => {
    this.count(state ?? 'all')
    return {
      items: this.trials.filter((trial) => state === undefined || trial.state === state),
      nextCursor: null,
    }
  }

  getTrial: SweepReader['getTrial'] = async (id) => {
    this.count('trial')
    const trial = this.trials.find((trial) => trial.id === id)
    if (trial === undefined) throw new Error(`no trial ${id}`)
    return trial
  }
}
