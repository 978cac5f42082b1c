import { expect, it } from 'vitest'
import { claimNext, insertRates, LEASE_MS, RELEASED } from './contract/scenes.js'
import { makeEpoch } from './new-sweep.js'
import { useStore } from './store-world.js'

const world = useStore()

it('lets the attempt begin with the first epoch again, whose trial can still be resumed later', async () => {
  const { store } = world
  await insertRates(store, 1)
  const first = await claimNext(store)
  for (const epoch of [1, 2])
    await store.recordEpoch(first, makeEpoch(epoch), new Uint8Array([epoch]), LEASE_MS)
  await store.requeueTrial(first, RELEASED)
  const second = await claimNext(store)
  expect(second).toMatchObject({ attempt: 2, epochsDone: 2 })

  expect(await store.discardCheckpoint(first)).toBe(false)
  expect((await store.findTrial(second.trialId))?.epochsDone).toBe(2)
  expect(await store.discardCheckpoint(second)).toBe(true)
  expect(await store.findTrial(second.trialId)).toMatchObject({
    epochsDone: 0,
    history: [],
    metrics: { loss: null, val_acc: null },
  })
  await store.recordEpoch(second, makeEpoch(1), new Uint8Array([9]), LEASE_MS)
  await store.requeueTrial(second, RELEASED)
  expect(await claimNext(store)).toMatchObject({ epochsDone: 1, checkpoint: new Uint8Array([9]) })
})

it('returns false for an id that is not a trial', async () => {
  expect(await world.store.discardCheckpoint({ trialId: 'abc', attempt: 1 })).toBe(false)
})
