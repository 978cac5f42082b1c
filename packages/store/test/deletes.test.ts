import { expect, it } from 'vitest'
import { claimNext, insertRates, LEASE_MS, report } from './contract/scenes.js'
import { makeEpoch, SCORE } from './new-sweep.js'
import { useEmptyStore } from './store-world.js'

const world = useEmptyStore()
const MODEL = { json: '{}', weights: Uint8Array.of(1, 2) }
const CHILDREN = ['attempt', 'epoch', 'score', 'checkpoint', 'trained_model'] as const

/** How many rows of each table hang on trials of the sweep, and how many on no trial at all. */
async function countChildren(): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const table of CHILDREN) counts[table] = (await world.query(`SELECT trial_id FROM ${table}`)).length
  return counts
}

/** A sweep with one completed trial, one that runs, and one that waits. */
async function insertBusySweep() {
  const { sweepId } = await insertRates(world.store, 3)
  const done = await claimNext(world.store, LEASE_MS)
  await report(world.store, done, 1)
  await world.store.completeTrial(done, SCORE, makeEpoch(1), MODEL)
  const running = await claimNext(world.store, LEASE_MS)
  await report(world.store, running, 1)
  return { sweepId, running }
}

it('a sweep is deleted with all that hangs on its trials, and nothing of another sweep', async () => {
  const { sweepId } = await insertBusySweep()
  await world.store.cancelSweep(sweepId)
  await insertBusySweep()
  expect(await countChildren()).toEqual({ attempt: 4, epoch: 4, score: 2, checkpoint: 1, trained_model: 2 })
  expect(await world.store.deleteSweep(sweepId)).toBe('cancelled')
  expect(await countChildren()).toEqual({ attempt: 2, epoch: 2, score: 1, checkpoint: 1, trained_model: 1 })
})

it('trials that a person deletes take all with them, and their workers are told to stop', async () => {
  const { sweepId, running } = await insertBusySweep()
  await world.query(`DELETE FROM trial WHERE sweep_id = '${sweepId}'`)
  expect(await report(world.store, running, 2)).toBe('stop')
  expect(await world.store.completeTrial(running, SCORE, makeEpoch(2))).toBe(false)
  expect(await countChildren()).toEqual({ attempt: 0, epoch: 0, score: 0, checkpoint: 0, trained_model: 0 })
})

it('an epoch that is reported while its sweep is deleted never outlives its trial', async () => {
  for (let round = 0; round < 10; round++) {
    const { sweepId, running } = await insertBusySweep()
    await Promise.all([
      report(world.store, running, 2).catch(() => {}),
      world.query(`DELETE FROM sweep WHERE id = '${sweepId}'`),
      report(world.store, running, 2).catch(() => {}),
    ])
    expect(await countChildren()).toEqual({ attempt: 0, epoch: 0, score: 0, checkpoint: 0, trained_model: 0 })
  }
})
