import type { ClaimedTrial, SweepStore } from '@sweepd/scheduler'
import { expect, it } from 'vitest'
import { insertRates, LEASE_MS, useStore } from './store-world.js'

const world = useStore()

const epochOf = (epoch: number) => ({ epoch, loss: 1, acc: 0.5, val_loss: 1, val_acc: 0.5, durationMs: 10 })

async function claimBest(store: SweepStore): Promise<ClaimedTrial> {
  const trial = await store.claimTrial({ workerId: 'worker-1', leaseMs: LEASE_MS })
  if (trial === undefined) throw new Error('no trial can be claimed')
  return trial
}

it('lets the attempt begin with the first epoch again, whose trial can still be resumed later', async () => {
  const { store } = world
  await insertRates(store, 1)
  const first = await claimBest(store)
  for (const epoch of [1, 2])
    await store.recordEpoch(first, epochOf(epoch), new Uint8Array([epoch]), LEASE_MS)
  await store.requeueTrial(first, { outcome: 'released', error: null, delayMs: 0 })
  const second = await claimBest(store)
  expect(second).toMatchObject({ attempt: 2, epochsDone: 2 })

  expect(await store.discardCheckpoint(first)).toBe(false)
  expect((await store.findTrial(second.trialId))?.epochsDone).toBe(2)
  expect(await store.discardCheckpoint(second)).toBe(true)
  expect(await store.findTrial(second.trialId)).toMatchObject({
    epochsDone: 0,
    history: [],
    metrics: { loss: null, val_acc: null },
  })
  await store.recordEpoch(second, epochOf(1), new Uint8Array([9]), LEASE_MS)
  await store.requeueTrial(second, { outcome: 'released', error: null, delayMs: 0 })
  expect(await claimBest(store)).toMatchObject({ epochsDone: 1, checkpoint: new Uint8Array([9]) })
})

it('answers false for what is no trial', async () => {
  expect(await world.store.discardCheckpoint({ trialId: 'abc', attempt: 1 })).toBe(false)
})
