import { waitUntil } from '@sweepd/testing'
import { describe, expect, it } from 'vitest'
import { makeEpoch } from './new-sweep.js'
import { claim, insertRates, LEASE_MS, startOne, useStore } from './store-world.js'

const world = useStore()

/** Lets all leases of this length run out, by the clock of the database. */
async function expire(
  trialId: string,
): Promise<readonly { trialId: string; attempt: number; delayMs: number }[]> {
  let expired: readonly { trialId: string; attempt: number; delayMs: number }[] = []
  await waitUntil(`the lease of ${trialId} runs out`, async () => {
    expired = await world.store.requeueExpired()
    return expired.some((trial) => trial.trialId === trialId)
  })
  return expired
}

describe('requeueExpired', () => {
  it('lets a trial wait again whose worker went silent, and refuses what that worker says later', async () => {
    const { trialIds } = await insertRates(world.store, 1)
    const trialId = String(trialIds[0])
    const fence = await claim(world.store, trialId, 1, 1)
    expect(await expire(trialId)).toEqual([{ trialId, attempt: 2, delayMs: 0 }])
    const trial = await world.store.findTrial(trialId)
    expect(trial).toMatchObject({ state: 'queued', attempts: 1, attemptHistory: [{ outcome: 'expired' }] })
    expect(await world.store.recordEpoch(fence, makeEpoch(1), LEASE_MS)).toBe(false)
    await claim(world.store, trialId, 2)
  })

  it('leaves alone whose lease has not run out, or was renewed by an epoch or by renewLease', async () => {
    const { trialIds } = await insertRates(world.store, 3)
    const [first = '', second = '', third = ''] = trialIds
    await claim(world.store, first)
    expect(
      await world.store.recordEpoch(await claim(world.store, second, 1, 1), makeEpoch(1), LEASE_MS),
    ).toBe(true)
    expect(await world.store.renewLease(await claim(world.store, third, 1, 1), LEASE_MS)).toBe(true)
    const expired = await world.store.requeueExpired()
    expect(expired.filter(({ trialId }) => trialIds.includes(trialId))).toEqual([])
  })

  it('requeues each trial once when several callers race', async () => {
    const { trialIds } = await insertRates(world.store, 30)
    for (const trialId of trialIds) await claim(world.store, trialId, 1, 1)
    await waitUntil('the last lease has run out', async () => (await countExpired()) === 30)
    const answers = await Promise.all(Array.from({ length: 5 }, () => world.store.requeueExpired()))
    expect(
      answers
        .flat()
        .map(({ trialId }) => trialId)
        .sort(),
    ).toEqual([...trialIds].sort())
  })
})

/** Attempts of this file whose lease has run out and that nobody has requeued; looks only. */
async function countExpired(): Promise<number> {
  const { default: pg } = await import('pg')
  const client = new pg.Client({ connectionString: world.databaseUrl })
  await client.connect()
  const { rows } = await client.query(
    'SELECT count(*)::int AS count FROM attempt WHERE lease_expires_at < now()',
  )
  await client.end()
  return rows[0].count
}

describe('waiting trials', () => {
  it('are listed in order of id, page by page, each once, and counted', async () => {
    const { trialIds } = await insertRates(world.store, 25)
    const before = await world.store.countWaitingTrials()
    await claim(world.store, String(trialIds[0]))
    expect(await world.store.countWaitingTrials()).toBe(before - 1)
    const seen: string[] = []
    for (let after: string | undefined; ; after = seen.at(-1)) {
      const page = await world.store.listWaitingTrials({ after, limit: 7 })
      seen.push(...page.map(({ trialId }) => trialId))
      if (page.length < 7) break
    }
    expect(seen).toEqual([...seen].sort())
    expect(seen).toHaveLength(before - 1)
    expect(trialIds.slice(1).every((id) => seen.includes(id))).toBe(true)
  })

  it('of which none is running or has ended', async () => {
    const { trialId } = await startOne(world.store)
    const waiting = await world.store.listWaitingTrials({ limit: 1000 })
    expect(waiting.map((trial) => trial.trialId)).not.toContain(trialId)
  })
})
