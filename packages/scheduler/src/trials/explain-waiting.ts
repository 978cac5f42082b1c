import type { SweepState } from '@sweepd/core'

/** What decides when a queued trial starts. */
export interface WaitingFacts {
  readonly sweepState: SweepState
  readonly pauseReason: string | null
  /** It may not start before this time; null: at once. */
  readonly notBefore: Date | null
  readonly now: Date
  /** Epochs after which its pruner holds it; null: it is not held. */
  readonly heldAt: number | null
  readonly maxParallel: number | null
  /** Trials of its sweep that run now. */
  readonly runningOfSweep: number
  /** Workers that are alive and take trials, their slots, and how many of these are busy. */
  readonly workers: number
  readonly slots: number
  readonly busySlots: number
  /** Workers that are alive but draining. */
  readonly drainingWorkers: number
  /** Workers that are alive and have no slot that can train. */
  readonly waitingWorkers: number
  /** Whether trials of a running sweep with a higher priority wait, too. */
  readonly isOutranked: boolean
}

/** Why a queued trial is not running, in one sentence: the first of the reasons that nothing else could overcome. */
export function explainWaiting(facts: WaitingFacts): string {
  return (
    explainSweep(facts) ??
    explainRung(facts) ??
    explainDelay(facts) ??
    explainWorkers(facts) ??
    (facts.isOutranked ? 'sweeps of higher priority go first' : 'a worker takes it next')
  )
}

function explainSweep({ sweepState, pauseReason, maxParallel, runningOfSweep }: WaitingFacts) {
  if (sweepState === 'paused') return `its sweep is paused: ${pauseReason ?? 'on request'}`
  if (sweepState !== 'running') return `its sweep is ${sweepState}`
  if (maxParallel !== null && runningOfSweep >= maxParallel)
    return `its sweep runs ${count(runningOfSweep, 'trial')} already, and maxParallel is ${maxParallel}`
  return undefined
}

function explainRung({ heldAt }: WaitingFacts) {
  if (heldAt === null) return undefined
  return `its pruner holds it after ${count(heldAt, 'epoch')}, until it is known to be among the best of its rung`
}

function explainDelay({ notBefore, now }: WaitingFacts) {
  const waitMs = notBefore === null ? 0 : notBefore.getTime() - now.getTime()
  if (notBefore === null || waitMs <= 0) return undefined
  return `it waits for its retry at ${notBefore.toISOString()}, in ${Math.ceil(waitMs / 1000)} s`
}

function explainWorkers({ workers, slots, busySlots, drainingWorkers, waitingWorkers }: WaitingFacts) {
  if (workers === 0 && waitingWorkers > 0)
    return 'no worker has a slot that can train; GET /workers says what they wait for'
  if (workers === 0)
    return drainingWorkers === 0
      ? 'no worker is alive; start one'
      : 'every worker that is alive is draining; start another one'
  if (busySlots < slots) return undefined
  return slots === 1
    ? `the only slot of ${count(workers, 'worker')} is busy`
    : `all ${slots} slots of ${count(workers, 'worker')} are busy`
}

const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`
