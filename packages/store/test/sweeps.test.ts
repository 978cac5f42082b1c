import { InvalidInputError, sweepSchema, trialDetailSchema } from '@sweepd/core'
import { describe, expect, it } from 'vitest'
import { createPostgresStore } from '../src/index.js'
import { insertRates, LEASE_MS } from './contract/scenes.js'
import { makeEpoch, makeSweep, SCORE } from './new-sweep.js'
import { claimThis, useStore } from './store-world.js'

const world = useStore()

describe('insertSweep', () => {
  it('stores a sweep that findSweep gives back whole, all trials queued', async () => {
    const { sweep, trials } = makeSweep(3)
    await world.store.insertSweep(sweep, trials)
    const found = await world.store.findSweep(sweep.id)
    expect(found).toMatchObject({ id: sweep.id, ...sweep.definition, state: 'running', finishedAt: null })
    expect(found).toMatchObject({ progress: 0, etaMs: null, bestTrial: null })
    expect(found?.trialCounts).toMatchObject({ total: 3, queued: 3, running: 0, completed: 0 })
    expect(sweepSchema.safeParse(found).error).toBeUndefined()
  })

  it('stores nothing at all if two trials are the same point', async () => {
    const { sweep, trials } = makeSweep(2)
    const [first] = trials
    const twice = trials.map((trial) => ({
      ...trial,
      hyperparametersHash: String(first?.hyperparametersHash),
    }))
    await expect(world.store.insertSweep(sweep, twice)).rejects.toThrow()
    expect(await world.store.findSweep(sweep.id)).toBeUndefined()
    expect(await world.store.findTrial(String(first?.id))).toBeUndefined()
  })

  it('stores 12,000 trials, more than one statement takes', async () => {
    const { sweepId } = await insertRates(world.store, 12_000)
    expect((await world.store.findSweep(sweepId))?.trialCounts.total).toBe(12_000)
  })

  it('stores a name with characters that Postgres refuses', async () => {
    const { sweep, trials } = makeSweep(1)
    const name = 'zero \0 half \ud800 quote \' " \\'
    await world.store.insertSweep({ ...sweep, definition: { ...sweep.definition, name } }, trials)
    expect((await world.store.findSweep(sweep.id))?.name).toBe('zero \ufffd half \ufffd quote \' " \\')
  })
})

describe('findSweep', () => {
  it('adds up counts, progress and ETA while trials run, and shows the best by the objective', async () => {
    const { sweepId, trialIds } = await insertRates(world.store, 4)
    const [done = '', first = '', second = ''] = trialIds
    const ended = await claimThis(world, done)
    await world.store.recordEpoch(ended, makeEpoch(1), undefined, LEASE_MS)
    await world.store.completeTrial(ended, SCORE, makeEpoch(1))
    await world.store.recordEpoch(
      await claimThis(world, first),
      makeEpoch(1, { val_acc: 0.8 }),
      undefined,
      LEASE_MS,
    )
    await world.store.recordEpoch(
      await claimThis(world, second),
      makeEpoch(1, { val_acc: 0.7 }),
      undefined,
      LEASE_MS,
    )
    const sweep = await world.store.findSweep(sweepId)
    expect(sweep?.trialCounts).toMatchObject({ total: 4, queued: 1, running: 2, completed: 1 })
    // Of 4 × 4 epochs: one trial that ended early counts 4, two have done 1 each. 10 remain at 100 ms, two at a time.
    expect(sweep).toMatchObject({ progress: 6 / 16, etaMs: 500, bestTrial: { id: first } })
  })

  it('promises no earlier end than that of the slowest running trial', async () => {
    const { sweepId, trialIds } = await insertRates(world.store, 2)
    for (const [index, durationMs] of [1000, 100].entries()) {
      const trial = await claimThis(world, trialIds[index] ?? '')
      await world.store.recordEpoch(trial, makeEpoch(1, { durationMs }), undefined, LEASE_MS)
    }
    // Three epochs of four remain to each: on average 550 ms, but to the slow one 3000 ms in all.
    expect((await world.store.findSweep(sweepId))?.etaMs).toBe(3000)
  })

  it.each([
    ['val_loss', 'minimize', 1],
    ['val_loss', 'maximize', 0],
    ['test_acc', 'maximize', undefined],
  ])('finds the best trial by %s, %s', async (metric, direction, expected) => {
    const { sweepId, trialIds } = await insertRates(world.store, 2, { objective: { metric, direction } })
    const losses = [0.9, 0.2]
    for (const [i, trialId] of trialIds.entries())
      await world.store.recordEpoch(
        await claimThis(world, trialId),
        makeEpoch(1, { val_loss: losses[i] ?? 0 }),
        undefined,
        LEASE_MS,
      )
    expect((await world.store.findSweep(sweepId))?.bestTrial?.number).toBe(expected)
  })
})

describe('listSweeps', () => {
  it('lists newest first, page by page, each as findSweep shows it', async () => {
    const made: string[] = []
    for (const objective of ['val_acc', 'val_loss', 'val_acc'])
      made.push((await insertRates(world.store, 1, { objective: { metric: objective } })).sweepId)
    const first = await world.store.listSweeps({ limit: 2 })
    expect(first.items.map(({ id }) => id)).toEqual([made[2], made[1]])
    expect(first.items[0]).toEqual(await world.store.findSweep(String(made[2])))
    const second = await world.store.listSweeps({ limit: 1, cursor: String(first.nextCursor) })
    expect(second.items[0]?.id).toBe(made[0])
  })

  it('lists those of one state', async () => {
    const { sweepId } = await insertRates(world.store, 1)
    await world.store.cancelSweep(sweepId)
    const { items } = await world.store.listSweeps({ limit: 100, state: 'cancelled' })
    expect(items.length).toBeGreaterThan(0)
    expect(items.every(({ state }) => state === 'cancelled')).toBe(true)
  })

  it('refuses a cursor that no page gave', async () => {
    const { nextCursor } = await world.store.listTrials({ limit: 1 })
    for (const cursor of ['', 'garbage', Buffer.from('{}').toString('base64url'), String(nextCursor)]) {
      const refusal = world.store.listSweeps({ limit: 1, cursor })
      await expect(refusal).rejects.toBeInstanceOf(InvalidInputError)
      await expect(refusal).rejects.toMatchObject({ problems: [{ pointer: '#/cursor' }] })
    }
  })
})

describe('the store', () => {
  it('gives trials as the contract has them', async () => {
    const { trialIds } = await insertRates(world.store, 1)
    const fence = await claimThis(world, String(trialIds[0]))
    await world.store.recordEpoch(fence, makeEpoch(1), undefined, LEASE_MS)
    await world.store.completeTrial(fence, SCORE, makeEpoch(1))
    const trial = await world.store.findTrial(fence.trialId)
    expect(trialDetailSchema.safeParse(trial).error).toBeUndefined()
  })

  it('reads times right on a server that does not keep UTC', async () => {
    const { default: pg } = await import('pg')
    const client = new pg.Client({ connectionString: world.databaseUrl })
    await client.connect()
    await client.query(`ALTER DATABASE ${client.database} SET timezone = 'Asia/Kolkata'`)
    await client.end()
    const store = createPostgresStore({ databaseUrl: world.databaseUrl, poolSize: 2 })
    const { sweepId } = await insertRates(store, 1)
    const ageMs = Date.now() - Date.parse(String((await store.findSweep(sweepId))?.createdAt))
    await store.close()
    expect(Math.abs(ageMs)).toBeLessThan(60_000)
  })

  it('pings, and says so when the server is not there', async () => {
    await world.store.ping()
    const nowhere = createPostgresStore({ databaseUrl: 'postgresql://a:b@127.0.0.1:1/c' })
    await expect(nowhere.ping()).rejects.toThrow()
    await nowhere.close()
  })
})
