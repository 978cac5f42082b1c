import type { TrialDetail } from '@sweepd/core'
import type { ClaimedTrial, Fence, Requeueing } from '../../src/index.js'
import type { Snapshot } from './snapshot.js'

/** What the calls so far make of one trial. */
interface Entry {
  epochsDone: number
  /** The epoch of its newest checkpoint; 0 if it has none. */
  checkpoint: number
  leaseEndsAt: number
  startsAt: number
  isAlone: boolean
}

const BLANK: Entry = { epochsDone: 0, checkpoint: 0, leaseEndsAt: 0, startsAt: 0, isAlone: false }

/** Keeps beside the store, in the simplest way, what it ought to know, and says where the store disagrees. */
export class Ledger {
  private readonly entries = new Map<string, Entry>()

  /** The trial that the next claim has to take. */
  findBest({ sweeps, trials }: Snapshot, now: number): TrialDetail | undefined {
    for (const { id, state, maxParallel } of [...sweeps].sort((a, b) => b.priority - a.priority)) {
      const own = trials.filter(({ sweepId }) => sweepId === id)
      const running = own.filter((trial) => trial.state === 'running').length
      if (state !== 'running' || running >= (maxParallel ?? Number.POSITIVE_INFINITY)) continue
      const next = own.find((trial) => trial.state === 'queued' && this.of(trial.id).startsAt <= now)
      if (next) return next
    }
    return undefined
  }

  /** What is wrong with a claim, which is then written down. */
  claim(expected: TrialDetail | undefined, claimed: ClaimedTrial | undefined, leaseEndsAt: number): string[] {
    if (expected === undefined || claimed === undefined)
      return expected?.id === claimed?.trialId ? [] : ['a claim missed the best trial, or took one too many']
    const entry = this.of(claimed.trialId)
    const laws = {
      'a claim takes the best trial': claimed.trialId === expected.id,
      'an attempt has the next number': claimed.attempt === expected.attempts + 1,
      'an attempt resumes after the checkpoint': claimed.epochsDone === entry.checkpoint,
      'an attempt gets the newest checkpoint': (claimed.checkpoint?.[0] ?? 0) === entry.checkpoint,
      'a trial has a worker to itself after it ran out of memory': claimed.alone === entry.isAlone,
    }
    Object.assign(entry, { epochsDone: entry.checkpoint, leaseEndsAt })
    return listBroken(laws)
  }

  recordEpoch(trialId: string, epoch: number, hasCheckpoint: boolean): void {
    const entry = this.of(trialId)
    if (epoch < entry.epochsDone) return
    entry.epochsDone = epoch
    if (hasCheckpoint) entry.checkpoint = epoch
  }

  /** It waits at a rung. */
  hold(trialId: string): void {
    this.of(trialId).startsAt = Number.POSITIVE_INFINITY
  }

  /** It may go on from there. */
  promote(trialId: string): void {
    this.of(trialId).startsAt = 0
  }

  renewLease({ trialId }: Fence, leaseEndsAt: number): void {
    this.of(trialId).leaseEndsAt = leaseEndsAt
  }

  requeue({ trialId }: Fence, { error, delayMs }: Requeueing, now: number): void {
    const entry = this.of(trialId)
    entry.startsAt = now + delayMs
    entry.isAlone ||= error?.class === 'out-of-memory'
  }

  isExpired({ id, state }: TrialDetail, now: number): boolean {
    return state === 'running' && this.of(id).leaseEndsAt < now
  }

  /** It begins anew. */
  forget(trialId: string): void {
    this.entries.delete(trialId)
  }

  private of(trialId: string): Entry {
    const entry = this.entries.get(trialId) ?? { ...BLANK }
    this.entries.set(trialId, entry)
    return entry
  }
}

/** The names of the laws that do not hold. */
export function listBroken(laws: Readonly<Record<string, boolean>>, of = ''): string[] {
  const broken: string[] = []
  // The loop that costs least: this runs a million times in a test.
  for (const law in laws) if (!laws[law]) broken.push(`not so${of}: ${law}`)
  return broken
}
