import { isDeepStrictEqual } from 'node:util'
import { isEnded, type Sweep, type TrialDetail } from '@sweepd/core'
import type { Fence } from '../../src/index.js'
import type { Happening } from './happening.js'
import { listBroken } from './ledger.js'
import { isRunning, type Snapshot } from './snapshot.js'
import { ENDINGS, REFUSALS } from './workers.js'
import type { Outcome } from './world.js'

/** One happening, with what the store showed before and after it. */
export interface Step {
  readonly what: Happening
  readonly outcome: Outcome
  /** The attempt that it reported for, if it was a report. */
  readonly fence: Fence | undefined
  readonly before: Snapshot
  readonly after: Snapshot
}

/** What one happening may not do. */
export function listForbiddenChanges(step: Step): string[] {
  const { before, after, outcome, what } = step
  const trialsAfter = new Map(after.trials.map((trial) => [trial.id, trial]))
  const sweepsAfter = new Map(after.sweeps.map((sweep) => [sweep.id, sweep]))
  const faults = [
    ...before.trials.flatMap((trial) => judgeTrial(trial, trialsAfter.get(trial.id), what)),
    ...before.sweeps.flatMap((sweep) => judgeSweep(sweep, sweepsAfter.get(sweep.id), what)),
    ...judgeReport(step),
  ]
  if (outcome.kind === 'refused' && !isDeepStrictEqual(before, after))
    faults.push('a refused request changed something')
  return [...faults, ...judgeOrder(step)]
}

function judgeTrial(before: TrialDetail, after: TrialDetail | undefined, { kind }: Happening): string[] {
  if (after === undefined)
    return kind === 'delete' && isEnded(before.state) ? [] : [`trial ${before.number} is lost`]
  const isRetried = after.retries > before.retries
  const mayRetry = before.state === 'failed' && (kind === 'retry' || kind === 'retry trial')
  const earlier = (trial: TrialDetail) =>
    trial.attemptHistory.filter(({ retry, number }) => retry < after.retries && number <= before.attempts)
  return listBroken(
    {
      'only a failed trial is retried, and only on request': !isRetried || mayRetry,
      'an ended trial never changes': isRetried || !isEnded(before.state) || isDeepStrictEqual(before, after),
      'attempts before a retry stay on record':
        after.retries === 0 || isDeepStrictEqual(earlier(before), earlier(after)),
    },
    ` of trial ${before.number}, which was ${before.state}`,
  )
}

function judgeSweep(before: Sweep, after: Sweep | undefined, { kind }: Happening): string[] {
  const isOver = before.state === 'completed' || before.state === 'cancelled'
  if (after === undefined) return kind === 'delete' && isOver ? [] : [`the sweep "${before.name}" is lost`]
  const isChanged = before.state !== after.state
  const isReopened = isChanged && after.state === 'running'
  const mayReopen =
    before.state === 'paused'
      ? kind === 'resume' || kind === 'retry'
      : kind === 'retry' || kind === 'retry trial' || kind === 'change'
  return listBroken(
    {
      'a cancelled sweep stays cancelled': before.state !== 'cancelled' || !isChanged,
      'only a request resumes a sweep': !isReopened || mayReopen,
      'only a request cancels a sweep': !isChanged || after.state !== 'cancelled' || kind === 'cancel',
    },
    ` of the sweep "${before.name}", which was ${before.state}`,
  )
}

function judgeReport({ what, fence, before, after, outcome }: Step): string[] {
  if (fence === undefined) return []
  const isStale = !isRunning(before.trials, fence)
  const laws: Record<string, boolean> = {
    'a stale report changes no trial':
      !isStale ||
      before.trials.every(
        (trial) =>
          mayGrow(trial, fence) ||
          isDeepStrictEqual(
            trial,
            after.trials.find(({ id }) => id === trial.id),
          ),
      ),
    'only a stale report is refused':
      outcome.kind !== 'answered' || REFUSALS.includes(outcome.answer) === isStale,
  }
  if (what.kind === 'epoch' && !isStale && outcome.kind === 'answered') {
    const trial = after.trials.find(({ id }) => id === fence.trialId)
    const sweep = after.sweeps.find(({ id }) => id === trial?.sweepId)
    const isToPause = sweep?.state === 'paused' && trial !== undefined && trial.epochsDone < trial.epochs
    if (!ENDINGS.includes(outcome.answer))
      laws['a trial of a paused sweep is given back'] = (outcome.answer === 'pause') === isToPause
    laws['the reply says whether the trial was pruned'] =
      (outcome.answer === 'pruned') ===
      (trial?.state === 'pruned' && trial.attemptHistory.at(-1)?.outcome === 'pruned')
  }
  return listBroken(laws)
}

/** Whoever reports also lets the sweep take a step that is due: held trials go on or end, and those not begun may. */
const mayGrow = ({ id, state }: TrialDetail, fence: Fence): boolean =>
  state === 'queued' && id !== fence.trialId

const WANTED = { pause: 'paused', resume: 'running', cancel: 'cancelled' } as const

/** A request that was not refused leads to what was asked for. */
function judgeOrder({ what, before, after, outcome }: Step): string[] {
  if (outcome.kind !== 'answered' || !('pick' in what) || before.sweeps.length === 0) return []
  if (what.kind !== 'pause' && what.kind !== 'resume' && what.kind !== 'cancel') return []
  const sweep = after.sweeps[what.pick % before.sweeps.length]
  return listBroken({ [`${what.kind} leads to ${WANTED[what.kind]}`]: sweep?.state === WANTED[what.kind] })
}
