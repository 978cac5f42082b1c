import { isEnded, type Sweep, TRIAL_STATES, type TrialDetail } from '@sweepd/core'
import { listBroken } from './ledger.js'
import type { Snapshot } from './snapshot.js'
import type { WatchedStore } from './watched-store.js'

/** What no sweep and no trial may ever show, whatever happened. */
export function listFaults({ sweeps, trials }: Snapshot, store: WatchedStore): string[] {
  const open = new Set(trials.filter(({ state }) => !isEnded(state)).map(({ id }) => id))
  const keys = sweeps.flatMap(({ id }) => store.keys.get(id) ?? [])
  return [
    ...listBroken({
      'an idempotency key stands for one sweep': new Set(keys).size === keys.length,
      'an ended trial keeps no checkpoint': store.listCheckpointed().every((id) => open.has(id)),
    }),
    ...trials.flatMap(listTrialFaults),
    ...sweeps.flatMap((sweep) => listSweepFaults(sweep, trials, store)),
  ]
}

function listTrialFaults(trial: TrialDetail): string[] {
  const { state, attemptHistory, history, score, finishedAt, error } = trial
  const count = (wanted: string) => attemptHistory.filter(({ outcome }) => outcome === wanted).length
  const current = attemptHistory.filter(({ retry }) => retry === trial.retries)
  const epochs = current.flatMap((attempt) => attempt.epochs)
  const laws = {
    'attempts are numbered from 1': attemptHistory.every(({ number }, index) => number === index + 1),
    'one attempt runs while the trial does': count('running') === (state === 'running' ? 1 : 0),
    'only the last attempt runs': attemptHistory.slice(0, -1).every(({ outcome }) => outcome !== 'running'),
    'one attempt completed the trial': count('completed') === (state === 'completed' ? 1 : 0),
    'epochs are numbered from 1': history.every(({ epoch }, index) => epoch === index + 1),
    'each epoch is of one attempt': epochs.length === history.length,
    'attempts follow each other': epochs.every(({ epoch }, index) => epoch === index + 1),
    'a completed trial has a score': (score !== null) === (state === 'completed'),
    'a failed trial has an error': (error !== null) === (state === 'failed'),
    'a pruned trial says why, and no other does': (trial.pruneReason !== null) === (state === 'pruned'),
    'an ended trial has an end': (finishedAt !== null) === isEnded(state),
  }
  return listBroken(laws, ` of trial ${trial.number}, ${state}`)
}

function listSweepFaults(sweep: Sweep, trials: readonly TrialDetail[], store: WatchedStore): string[] {
  const { accounting, trialCounts } = sweep
  const own = trials.filter(({ sweepId }) => sweepId === sweep.id)
  const count = (wanted: string) => own.filter(({ state }) => state === wanted).length
  const points = new Set(own.map(({ hyperparameters: { lr, dropout } }) => `${lr} ${dropout}`))
  const repeats = own.reduce((sum, { attempts }) => sum + Math.max(0, attempts - 1), 0)
  const { total, byReason } = accounting.attemptsBeyondFirst
  const laws = {
    'each point of the grid is one trial': points.size === own.length && own.length <= accounting.planned,
    'it ends with the trials that were planned, or says why not':
      sweep.state !== 'completed' || own.length === accounting.planned || sweep.endReason !== null,
    'a budget of epochs is kept, except by retries':
      own.some(({ retries }) => retries > 0) ||
      own.reduce((sum, { epochsDone }) => sum + epochsDone, 0) <=
        (sweep.budget?.epochs ?? Number.POSITIVE_INFINITY),
    'its trials are numbered from 0': own.every(({ number }, index) => number === index),
    'its trials are counted by state': TRIAL_STATES.every((state) => trialCounts[state] === count(state)),
    'no trial is a duplicate': accounting.duplicates === 0,
    'results are accounted for':
      accounting.completed === count('completed') && accounting.failed === count('failed'),
    'repeated attempts are accounted for': total === repeats,
    'each repeated attempt has a reason': Object.values(byReason).reduce((sum, n) => sum + n) === total,
    'an ended sweep has ended trials only': isOpen(sweep) || own.every(({ state }) => isEnded(state)),
    'an ended sweep has an end': isOpen(sweep) === (sweep.finishedAt === null),
    'a paused sweep says why, no other does': (sweep.pauseReason !== null) === (sweep.state === 'paused'),
    'it is completed once': (store.completions.get(sweep.id) ?? 0) === (sweep.state === 'completed' ? 1 : 0),
  }
  return listBroken(laws, ` of the sweep "${sweep.name}", ${sweep.state}`)
}

const isOpen = ({ state }: Sweep): boolean => state === 'running' || state === 'paused'
