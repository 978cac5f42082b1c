import { describe, expect, it } from 'vitest'
import {
  checkpointOf,
  claimNext,
  FAILURE,
  getTrial,
  insertRates,
  LEASE_MS,
  RELEASED,
  report,
  startOne,
  tryClaim,
} from './contract/scenes.js'
import { makeEpoch, makeSweep, SCORE } from './new-sweep.js'
import { useEmptyStore } from './store-world.js'

const world = useEmptyStore()

/** Lets Postgres refuse what is written to a table while `act` runs, as a full disk would. */
async function refusing(table: string, act: () => Promise<unknown>): Promise<void> {
  await world.query(`
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'the disk is full'; END $$;
    CREATE TRIGGER refuse BEFORE INSERT OR UPDATE OR DELETE ON ${table} FOR EACH ROW EXECUTE FUNCTION refuse()`)
  try {
    await expect(act()).rejects.toThrow('the disk is full')
  } finally {
    await world.query('DROP FUNCTION refuse CASCADE')
  }
}

const countCheckpoints = async () => (await world.query('SELECT trial_id FROM checkpoint')).length

describe('what fails halfway leaves nothing behind', () => {
  it.each(['checkpoint', 'epoch'])('an epoch whose %s cannot be written', async (table) => {
    const trial = await startOne(world.store)
    await report(world.store, trial, 1)
    const before = await getTrial(world.store, trial.trialId)
    await refusing(table, () => report(world.store, trial, 2))
    expect(await getTrial(world.store, trial.trialId)).toEqual(before)
    await world.store.requeueTrial(trial, RELEASED)
    const next = await claimNext(world.store)
    expect(next.epochsDone).toBe(1)
    expect(Uint8Array.from(next.checkpoint ?? [])).toEqual(checkpointOf(1))
  })

  it('a claim whose attempt cannot be written', async () => {
    const { trialIds } = await insertRates(world.store, 1)
    const before = await getTrial(world.store, String(trialIds[0]))
    await refusing('attempt', () => tryClaim(world.store))
    expect(await getTrial(world.store, String(trialIds[0]))).toEqual(before)
  })

  it.each(['score', 'attempt', 'checkpoint'])('a result whose %s cannot be written', async (table) => {
    const trial = await startOne(world.store)
    await report(world.store, trial, 1)
    const before = await getTrial(world.store, trial.trialId)
    await refusing(table, () => world.store.completeTrial(trial, SCORE, makeEpoch(1)))
    expect(await getTrial(world.store, trial.trialId)).toEqual(before)
    expect(await countCheckpoints()).toBe(1)
  })

  it.each(['attempt', 'trial', 'sweep'])('a cancellation whose %s cannot be written', async (table) => {
    const trial = await startOne(world.store)
    await report(world.store, trial, 1)
    const before = await getTrial(world.store, trial.trialId)
    await refusing(table, () => world.store.cancelSweep(trial.sweepId))
    expect(await getTrial(world.store, trial.trialId)).toEqual(before)
    expect(await world.store.findSweep(trial.sweepId)).toMatchObject({ state: 'running', finishedAt: null })
    expect(await countCheckpoints()).toBe(1)
  })

  it('a retry whose sweep cannot be written', async () => {
    const trial = await startOne(world.store)
    await world.store.failTrial(trial, FAILURE)
    await world.store.completeSweep(trial.sweepId)
    await refusing('sweep', () => world.store.retryTrial(trial.trialId))
    expect(await getTrial(world.store, trial.trialId)).toMatchObject({ state: 'failed', retries: 0 })
  })

  it('a sweep whose trials cannot be written, and its idempotency key stays free', async () => {
    const { sweep, trials } = makeSweep(2)
    const keyed = { ...sweep, idempotency: { key: 'one', definitionHash: 'hash' } }
    await refusing('trial', () => world.store.insertSweep(keyed, trials))
    expect(await world.store.findSweep(sweep.id)).toBeUndefined()
    expect(await world.store.insertSweep(keyed, trials)).toMatchObject({ isNew: true })
  })
})

describe('checkpoints', () => {
  it.each([
    ['completed', (fence: never) => world.store.completeTrial(fence, SCORE, makeEpoch(1))],
    ['failed', (fence: never) => world.store.failTrial(fence, FAILURE)],
    ['cancelled', (fence: { trialId: string }) => world.store.cancelTrial(fence.trialId)],
  ] as const)('are gone when the trial is %s, and one was kept until then', async (_state, end) => {
    const trial = await startOne(world.store)
    for (const epoch of [1, 2, 3]) await report(world.store, trial, epoch)
    expect(await countCheckpoints()).toBe(1)
    await end(trial as never)
    expect(await countCheckpoints()).toBe(0)
  })

  it('of some megabytes come back as they were', async () => {
    const trial = await startOne(world.store)
    const checkpoint = Uint8Array.from({ length: 3_000_000 }, (_, i) => (i * 7919) % 256)
    await world.store.recordEpoch(trial, makeEpoch(1), checkpoint, LEASE_MS)
    await world.store.requeueTrial(trial, RELEASED)
    const next = await claimNext(world.store)
    expect(Buffer.compare(Buffer.from(next.checkpoint ?? []), Buffer.from(checkpoint))).toBe(0)
  })
})

describe('numbers that are none', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY])('a loss of %d is refused', async (loss) => {
    const trial = await startOne(world.store)
    const diverged = world.store.recordEpoch(trial, makeEpoch(1, { loss }), undefined, LEASE_MS)
    await expect(diverged).rejects.toThrow(/loss of epoch 1 of trial .* is (NaN|Infinity)/)
    expect(await getTrial(world.store, trial.trialId)).toMatchObject({ epochsDone: 0, history: [] })
  })

  it('a score that is not a number is refused', async () => {
    const trial = await startOne(world.store)
    const bad = world.store.completeTrial(trial, { ...SCORE, test_acc: Number.NaN }, makeEpoch(1))
    await expect(bad).rejects.toThrow(/test_acc of the score/)
  })
})

describe('texts that Postgres refuses', () => {
  it('an error is kept in a form that it can store', async () => {
    const trial = await startOne(world.store)
    await world.store.failTrial(trial, { class: 'out-of-memory', message: 'half \ud800 and zero \0 of it' })
    const error = { class: 'out-of-memory', message: 'half \ufffd and zero \ufffd of it' }
    expect(await getTrial(world.store, trial.trialId)).toMatchObject({ state: 'failed', error })
  })
})

describe('requeueExpired', () => {
  it('lets a trial wait again that runs without an attempt, as no transition leaves one', async () => {
    const trial = await startOne(world.store)
    await world.query("UPDATE attempt SET outcome = 'expired', lease_expires_at = NULL")
    expect(await world.store.requeueExpired()).toEqual([{ trialId: trial.trialId, attempt: 2, delayMs: 0 }])
    expect(await world.store.requeueExpired()).toEqual([])
    expect(await claimNext(world.store)).toMatchObject({ trialId: trial.trialId, attempt: 2 })
  })
})

describe('accounting', () => {
  it('counts what is there, not what should be: a lost trial and a doubled one show', async () => {
    const { sweepId, trialIds } = await insertRates(world.store, 4)
    await world.query('DROP INDEX trial_sweep_id_hyperparameters_hash_key')
    await world.query('UPDATE trial SET hyperparameters_hash = $1 WHERE id = ANY($2)', [
      'same',
      trialIds.slice(0, 2),
    ])
    await world.query('DELETE FROM trial WHERE id = $1', [trialIds[3]])
    const sweep = await world.store.findSweep(sweepId)
    expect(sweep?.accounting).toMatchObject({ planned: 4, duplicates: 1 })
    expect(sweep?.trialCounts.total).toBe(3)
    await world.query('TRUNCATE sweep CASCADE')
    await world.query(
      'CREATE UNIQUE INDEX trial_sweep_id_hyperparameters_hash_key ON trial(sweep_id, hyperparameters_hash)',
    )
  })
})
