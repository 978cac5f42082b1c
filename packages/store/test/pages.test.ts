import {
  bestFirst,
  InvalidInputError,
  METRIC_NAMES,
  type MetricName,
  parseTrialFilter,
  type Trial,
  type TrialCondition,
} from '@sweepd/core'
import type { SweepStore, TrialQuery } from '@sweepd/scheduler'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { insertRates, LEASE_MS } from './contract/scenes.js'
import { makeEpoch, SCORE } from './new-sweep.js'
import { claimThis, useStore } from './store-world.js'

const world = useStore()
let sweepIds: string[] = []

/** Two sweeps whose metrics have many ties and gaps: a third waits, a third runs, a third is scored. */
beforeAll(async () => {
  sweepIds = [await fillSweep(world.store, 24), await fillSweep(world.store, 15)]
})

async function fillSweep(store: SweepStore, count: number): Promise<string> {
  const { sweepId, trialIds } = await insertRates(store, count)
  for (const [i, trialId] of trialIds.entries()) {
    if (i % 3 === 0) continue
    const fence = await claimThis(world, trialId)
    const metrics = makeEpoch(1, { val_acc: (i % 4) / 4, loss: i % 5, val_loss: 0.1 + 0.2 * (i % 2) })
    await store.recordEpoch(fence, metrics, undefined, LEASE_MS)
    if (i % 3 === 2) await store.completeTrial(fence, { ...SCORE, test_acc: (i % 7) / 7 }, metrics)
  }
  return sweepId
}

async function readAll(query: TrialQuery): Promise<Trial[]> {
  const trials: Trial[] = []
  let cursor: string | undefined
  do {
    const page = await world.store.listTrials({ ...query, cursor })
    expect(page.items.length).toBeLessThanOrEqual(query.limit)
    trials.push(...page.items)
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  return trials
}

/** The order of the contract, over what one big page gives. */
function isInOrder(trials: readonly Trial[], metric: MetricName, order: 'asc' | 'desc'): boolean {
  const sign = order === 'asc' ? 1 : -1
  return trials.slice(1).every((next, i) => {
    const a = trials[i]?.metrics[metric] ?? null
    const b = next.metrics[metric]
    if (a === null || b === null) return b === null
    if (a !== b) return sign * (b - a) > 0
    return true
  })
}

/** Conditions of each kind: a metric that running trials have elsewhere, a hyperparameter, the state, what all have. */
const conditions = fc.constantFrom(
  ...['', 'val_acc>=0.25', 'val_acc!=0.5 loss<4', 'lr<0.01', 'lr>=0.001 test_acc>0.2', 'state!=running'],
  ...['state=completed number<9', 'epochsDone>0', 'epochsDone<1', 'optimizer!=adam', 'bn=false attempts=1'],
)
const holdsFor = ({ metrics, hyperparameters, ...trial }: Trial, condition: TrialCondition): boolean => {
  const { field, operator, value } = condition
  const found: unknown = { ...hyperparameters, ...metrics, ...trial }[field]
  if (operator === '=' || operator === '!=') return found !== null && (found === value) === (operator === '=')
  if (typeof found !== 'number' || typeof value !== 'number') return false
  return { '<': found < value, '<=': found <= value, '>': found > value, '>=': found >= value }[operator]
}

const filters = fc.record({
  sort: fc.constantFrom(undefined, ...METRIC_NAMES),
  order: fc.constantFrom(undefined, 'asc' as const, 'desc' as const),
  state: fc.constantFrom(undefined, 'queued' as const, 'completed' as const),
  sweep: fc.constantFrom(undefined, 0, 1),
  filter: conditions,
})

describe('listTrials', () => {
  it('visits each trial once, in one total order, whatever the size of the pages', async () => {
    await fc.assert(
      fc.asyncProperty(
        filters,
        fc.integer({ min: 1, max: 17 }),
        async ({ sweep, filter, ...rest }, limit) => {
          const sweepId = sweep === undefined ? undefined : sweepIds[sweep]
          const query = { ...rest, conditions: parseTrialFilter(filter) }
          const all = await readAll({ ...rest, sweepId, limit: 500 })
          const whole = await readAll({ ...query, sweepId, limit: 500 })
          const paged = await readAll({ ...query, sweepId, limit })
          expect(paged.map(({ id }) => id)).toEqual(whole.map(({ id }) => id))
          expect(new Set(paged.map(({ id }) => id)).size).toBe(paged.length)
          expect(paged.every(({ state }) => query.state === undefined || state === query.state)).toBe(true)
          expect(paged.every((trial) => sweepId === undefined || trial.sweepId === sweepId)).toBe(true)
          if (query.state === undefined) expect(all).toHaveLength([24, 15][sweep ?? -1] ?? 39)
          const matching = all.filter((trial) => query.conditions.every((one) => holdsFor(trial, one)))
          expect(paged.map(({ id }) => id)).toEqual(matching.map(({ id }) => id))
          if (query.sort !== undefined)
            expect(isInOrder(paged, query.sort, query.order ?? bestFirst(query.sort))).toBe(true)
        },
      ),
      { numRuns: 100 },
    )
  })

  it('without sort lists the newest sweep first, and its highest number', async () => {
    const trials = await readAll({ limit: 10 })
    expect(trials.slice(0, 15).every(({ sweepId }) => sweepId === sweepIds[1])).toBe(true)
    expect(trials.map(({ number }) => number).slice(0, 3)).toEqual([14, 13, 12])
  })

  it('knows no trials of a sweep whose id is none', async () => {
    for (const sort of [undefined, 'val_acc'] as const) {
      const query = { sort, sweepId: 'not-an-id', limit: 5 }
      expect(await world.store.listTrials(query)).toEqual({ items: [], nextCursor: null })
    }
  })

  it('refuses a cursor that no page in this order gave', async () => {
    const { nextCursor } = await world.store.listTrials({ sort: 'val_acc', limit: 2 })
    const cursor = String(nextCursor)
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const wrong: TrialQuery[] = [
      { limit: 2, cursor },
      { limit: 2, cursor, sweepId: sweepIds[0] },
      { limit: 2, cursor, sort: 'val_loss' },
      { limit: 2, cursor, sort: 'val_acc', order: 'asc' },
      { limit: 2, cursor: `${cursor}!`.slice(5), sort: 'val_acc' },
      { limit: 2, cursor: encode(['val_acc desc', 'high', sweepIds[0]]), sort: 'val_acc' },
      { limit: 2, cursor: encode(['val_acc desc', 0.5, "'; DROP TABLE trial"]), sort: 'val_acc' },
      { limit: 2, cursor: encode(['number', 1e12]), sweepId: sweepIds[0] },
      { limit: 2, cursor: encode(['created', '99999-01-01', sweepIds[0], 1]) },
      { limit: 2, cursor: encode(['created', '0000-01-01T00:00:00.000Z', sweepIds[0], 1]) },
      { limit: 2, cursor: encode(['created', '2026-02-31T00:00:00.000Z', sweepIds[0], 1]) },
    ]
    for (const query of wrong) {
      const refusal = world.store.listTrials(query)
      await expect(refusal).rejects.toBeInstanceOf(InvalidInputError)
      await expect(refusal).rejects.toMatchObject({ problems: [{ pointer: '#/cursor' }] })
    }
  })
})
