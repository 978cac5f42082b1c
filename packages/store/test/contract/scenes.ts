import type { TrialDetail } from '@sweepd/core'
import type { ClaimedTrial, EpochAnswer, Fence, SweepStore } from '@sweepd/scheduler'
import { makeEpoch, makeSweep } from '../new-sweep.js'

export const LEASE_MS = 60_000
export const FAILURE = { class: 'infrastructure', message: 'the child was killed' } as const
export const RELEASED = { outcome: 'released', error: null, delayMs: 0 } as const

/** Stores a sweep of `count` trials; returns the ids, trials in order of number. */
export async function insertRates(
  store: SweepStore,
  count: number,
  definition: Record<string, unknown> = {},
) {
  const { sweep, trials } = makeSweep(count, definition)
  await store.insertSweep(sweep, trials)
  return { sweepId: sweep.id, trialIds: trials.map(({ id }) => id) }
}

export const tryClaim = (store: SweepStore, leaseMs = LEASE_MS, workerId = 'worker-1') =>
  store.claimTrial({ workerId, leaseMs })

/** The best trial, claimed; throws if there is none. */
export async function claimNext(
  store: SweepStore,
  leaseMs = LEASE_MS,
  workerId?: string,
): Promise<ClaimedTrial> {
  const claimed = await tryClaim(store, leaseMs, workerId)
  if (claimed === undefined) throw new Error('there is nothing to claim')
  return claimed
}

/** A sweep of one trial that runs its first attempt. */
export async function startOne(
  store: SweepStore,
  definition?: Record<string, unknown>,
): Promise<ClaimedTrial> {
  await insertRates(store, 1, definition)
  return claimNext(store)
}

/** Claims and fails so many trials. */
export async function failNext(store: SweepStore, count: number): Promise<void> {
  for (let failed = 0; failed < count; failed++) await store.failTrial(await claimNext(store), FAILURE)
}

/** Reports an epoch with a checkpoint that tells which it is of. */
export const report = (store: SweepStore, fence: Fence, epoch: number): Promise<EpochAnswer> =>
  store.recordEpoch(fence, makeEpoch(epoch), checkpointOf(epoch), LEASE_MS)

export const checkpointOf = (epoch: number): Uint8Array => Uint8Array.of(epoch, 0, 255, 128)

/** The trial, without what changes by itself. */
export async function getTrial(store: SweepStore, trialId: string): Promise<TrialDetail> {
  const trial = await store.findTrial(trialId)
  if (trial === undefined) throw new Error(`there is no trial ${trialId}`)
  return { ...trial, durationMs: null }
}

export const numbersOf = (trials: readonly { readonly epoch: number }[]): number[] =>
  trials.map(({ epoch }) => epoch)
