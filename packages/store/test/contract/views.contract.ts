import { parseTrialFilter } from '@sweepd/core'
import type { PointsQuery } from '@sweepd/scheduler'
import { describe, expect, it } from 'vitest'
import { makeEpoch, SCORE } from '../new-sweep.js'
import { claimNext, insertRates, LEASE_MS, report } from './scenes.js'
import type { UseStore } from './use-store.js'

/** What people look at, in bulk. */
export function describeViews(useStore: UseStore): void {
  const world = useStore()

  const listPoints = (sweepId: string, filter = '', query: Partial<PointsQuery> = {}) =>
    world.store.listPoints({
      sweepId,
      sort: 'val_acc',
      order: 'desc',
      conditions: parseTrialFilter(filter),
      axes: ['lr'],
      offset: 0,
      limit: 100,
      ...query,
    })

  /** Six trials: the first three measured 0.5, 0.9 and 0.7, the first of them completed. */
  async function insertMeasured(): Promise<string> {
    const { sweepId } = await insertRates(world.store, 6)
    for (const valAcc of [0.5, 0.9, 0.7]) {
      const fence = await claimNext(world.store)
      const epoch = makeEpoch(1, { val_acc: valAcc })
      await world.store.recordEpoch(fence, epoch, undefined, LEASE_MS)
      if (valAcc === 0.5) await world.store.completeTrial(fence, SCORE, epoch)
    }
    return sweepId
  }

  describe('listPoints', () => {
    it('gives columns of the trials of one sweep, best first, those without the metric last', async () => {
      const sweepId = await insertMeasured()
      await insertRates(world.store, 2)
      const points = await listPoints(sweepId)
      expect(points).toMatchObject({ total: 6, matching: 6, offset: 0, number: [1, 2, 0, 3, 4, 5] })
      expect(points.metrics.val_acc).toEqual([0.9, 0.7, 0.5, null, null, null])
      expect(points.state.slice(0, 4)).toEqual(['running', 'running', 'completed', 'queued'])
      expect(points.hyperparameters).toEqual({ lr: [0.00002, 0.00003, 0.00001, 0.00004, 0.00005, 0.00006] })
    })

    it.each([
      ['lr<0.000025', [1, 0]],
      ['lr<=0.00002 val_acc>0.6', [1]],
      ['lr>=0.00005', [4, 5]],
      ['lr=0.00003', [2]],
      ['lr!=0.00003 state=queued', [3, 4, 5]],
      ['val_acc>=0.7', [1, 2]],
      ['number<2', [1, 0]],
      ['state!=queued attempts=1 epochsDone=1', [1, 2, 0]],
      ['bn=false reg=0 convLayers=[32,64] optimizer=adam number>4', [5]],
      ['optimizer<3', []],
      ['earlyStopping=null number=1', [1]],
    ])('the filter %j leaves %j', async (filter, numbers) => {
      const points = await listPoints(await insertMeasured(), filter)
      expect(points.number).toEqual(numbers)
      expect(points.matching).toBe(numbers.length)
    })

    it('sorts by a hyperparameter and pages by offset', async () => {
      const sweepId = await insertMeasured()
      const page = await listPoints(sweepId, '', { sort: 'lr', order: 'desc', offset: 1, limit: 2 })
      expect(page).toMatchObject({ total: 6, matching: 6, offset: 1, number: [4, 3] })
    })

    it('spreads in an order that stays, and holds each trial once', async () => {
      const sweepId = await insertMeasured()
      const [first, again] = [
        await listPoints(sweepId, '', { sort: 'spread' }),
        await listPoints(sweepId, '', { sort: 'spread', limit: 3 }),
      ]
      expect(first.number.toSorted()).toEqual([0, 1, 2, 3, 4, 5])
      expect(first.number.slice(0, 3)).toEqual(again.number)
    })
  })

  it('listByNumber gives whole trials of one sweep from a number on, the lowest first', async () => {
    const sweepId = await insertMeasured()
    await insertRates(world.store, 2)
    const listFrom = async (from: number, limit: number) =>
      (await world.store.listByNumber({ sweepId, from, limit })).map(({ number }) => number)
    expect(await listFrom(0, 4)).toEqual([0, 1, 2, 3])
    expect(await listFrom(4, 4)).toEqual([4, 5])
    expect(await listFrom(6, 4)).toEqual([])
    const [, running] = await world.store.listByNumber({ sweepId, from: 0, limit: 2 })
    expect(running).toMatchObject({ state: 'running', epochsDone: 1, metrics: { val_acc: 0.9 } })
  })

  it('listCurves gives the epochs of trials in the order asked for, none of one that has not begun', async () => {
    const { trialIds } = await insertRates(world.store, 2)
    const fence = await claimNext(world.store)
    await report(world.store, fence, 1)
    await report(world.store, fence, 2)
    const curves = await world.store.listCurves([...trialIds].reverse())
    expect(curves.map(({ number, state, epochs }) => [number, state, epochs.length])).toEqual([
      [1, 'queued', 0],
      [0, 'running', 2],
    ])
    expect(curves[1]?.epochs).toEqual([makeEpoch(1), makeEpoch(2)])
  })

  it('listSpans returns the attempts that overlap a time, the last of them if there are too many', async () => {
    const before = new Date(Date.now() - 60_000)
    const { trialIds } = await insertRates(world.store, 3)
    const fence = await claimNext(world.store)
    await world.store.completeTrial(fence, SCORE, makeEpoch(1))
    await claimNext(world.store)
    const now = new Date(Date.now() + 60_000)
    const { total, spans } = await world.store.listSpans({ from: before, to: now, limit: 10 })
    expect(total).toBe(2)
    expect(spans.map(({ trialId, outcome }) => [trialId, outcome])).toEqual([
      [trialIds[0], 'completed'],
      [trialIds[1], 'running'],
    ])
    expect(spans[0]?.finishedAt).not.toBeNull()
    const last = await world.store.listSpans({ from: before, to: now, limit: 1 })
    expect([last.total, last.spans.map(({ number }) => number)]).toEqual([2, [1]])
    const later = { from: new Date(Date.now() + 30_000), to: now, limit: 10 }
    expect((await world.store.listSpans(later)).spans.map(({ number }) => number)).toEqual([1])
  })
}
