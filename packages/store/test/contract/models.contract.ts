import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { makeEpoch, SCORE } from '../new-sweep.js'
import { claimNext, insertRates } from './scenes.js'
import type { UseStore } from './use-store.js'

const modelOf = (number: number) => ({ json: `{"of":${number}}`, weights: Uint8Array.of(number, 255, 0) })
const KEEP = 2

/** The models of the best trials. */
export function describeModels(useStore: UseStore): void {
  describe('models', () => {
    const world = useStore()

    /** Completes a trial for each value of val_acc; returns their ids and which of them were among the best by then. */
    async function complete(values: readonly number[], definition: Record<string, unknown> = {}) {
      const { store } = world
      const { sweepId, trialIds } = await insertRates(store, values.length, definition)
      const isKept: boolean[] = []
      for (const [number, val_acc] of values.entries()) {
        const trial = await claimNext(store)
        const kept = { ...makeEpoch(4), val_acc }
        const { loss, acc, val_loss } = kept
        const metrics = { loss, acc, val_loss, val_acc, test_loss: SCORE.test_loss, test_acc: SCORE.test_acc }
        const ranks = await store.ranksAmongBest(sweepId, metrics, KEEP)
        isKept.push(ranks)
        await store.completeTrial(trial, SCORE, kept, ranks ? modelOf(number) : undefined)
        await store.dropModels(sweepId, KEEP)
      }
      const models = await Promise.all(trialIds.map((id) => store.findModel(id)))
      return { isKept, jsons: models.map((model) => model?.json), models }
    }

    it('are kept of the best trials only, and pushed out by better ones', async () => {
      const { isKept, jsons, models } = await complete([0.5, 0.7, 0.6, 0.4, 0.8])
      expect(isKept).toEqual([true, true, true, false, true])
      expect(jsons).toEqual([undefined, '{"of":1}', undefined, undefined, '{"of":4}'])
      expect([...(models[4]?.weights ?? [])]).toEqual([4, 255, 0])
    })

    it('are kept by the objective of the sweep', async () => {
      const objective = { metric: 'val_acc', direction: 'minimize' }
      const { jsons } = await complete([0.5, 0.7, 0.3], { objective })
      expect(jsons).toEqual(['{"of":0}', undefined, '{"of":2}'])
    })

    it('are not stored by an attempt that no longer runs', async () => {
      const { store } = world
      await insertRates(store, 1)
      const trial = await claimNext(store)
      await store.cancelTrial(trial.trialId)
      expect(await store.completeTrial(trial, SCORE, makeEpoch(1), modelOf(0))).toBe(false)
      expect(await store.findModel(trial.trialId)).toBeUndefined()
    })

    it('an unknown sweep has no best trials, and an unknown trial no model', async () => {
      const { store } = world
      const metrics = { loss: 1, acc: 1, val_loss: 1, val_acc: 1, test_loss: 1, test_acc: 1 }
      expect(await store.ranksAmongBest(randomUUID(), metrics, 5)).toBe(false)
      expect(await store.dropModels(randomUUID(), 5)).toBe(0)
      expect(await store.findModel('not a UUID')).toBeUndefined()
    })
  })
}
