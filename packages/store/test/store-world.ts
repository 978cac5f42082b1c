import type { Fence, SweepStore } from '@sweepd/scheduler'
import { createTestDatabase } from '@sweepd/testing'
import { afterAll, beforeAll } from 'vitest'
import { createPostgresStore } from '../src/index.js'
import { makeSweep } from './new-sweep.js'

export const LEASE_MS = 60_000

/** A store on a database of its own for the tests of one file; use it inside tests only. */
export function useStore(): { readonly store: SweepStore; readonly databaseUrl: string } {
  const world = {} as { store: SweepStore; databaseUrl: string }
  let drop = async () => {}
  beforeAll(async () => {
    const database = await createTestDatabase()
    drop = database.drop
    Object.assign(world, {
      databaseUrl: database.url,
      store: createPostgresStore({ databaseUrl: database.url }),
    })
  })
  afterAll(async () => {
    await world.store?.close()
    await drop()
  })
  return world
}

/** Stores a sweep of `count` trials; answers the ids, trials in order of number. */
export async function insertRates(store: SweepStore, count: number, definition?: Record<string, unknown>) {
  const { sweep, trials } = makeSweep(count, definition)
  await store.insertSweep(sweep, trials)
  return { sweepId: sweep.id, trialIds: trials.map(({ id }) => id) }
}

/** Claims a trial and answers its fence; throws if it cannot be claimed. */
export async function claim(
  store: SweepStore,
  trialId: string,
  attempt = 1,
  leaseMs = LEASE_MS,
): Promise<Fence> {
  const claimed = await store.claimTrial({ trialId, attempt, workerId: 'worker-1', leaseMs })
  if (claimed === undefined) throw new Error(`trial ${trialId} could not be claimed for attempt ${attempt}`)
  return { trialId, attempt }
}

/** A store with one sweep of one trial that runs its first attempt. */
export async function startOne(store: SweepStore) {
  const { sweepId, trialIds } = await insertRates(store, 1)
  const trialId = String(trialIds[0])
  return { sweepId, trialId, fence: await claim(store, trialId) }
}
