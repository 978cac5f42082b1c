import type { EventLog, LoggedChange, LogPlace, SweepStore } from '@sweepd/scheduler'
import { createTestDatabase } from '@sweepd/testing'
import pg from 'pg'
import { beforeEach, expect, it, onTestFinished } from 'vitest'
import { claimNext, insertRates, LEASE_MS, report } from './contract/scenes.js'
import { makeEpoch, SCORE } from './new-sweep.js'
import { useEmptyStore } from './store-world.js'

const world = useEmptyStore()
let store: SweepStore & EventLog
let start: LogPlace

beforeEach(async () => {
  store = world.store as SweepStore & EventLog
  start = await store.findEndOfLog()
})

const describeLine = ({ kind, trialId }: LoggedChange) => (trialId === null ? kind : `${kind} ${trialId}`)

async function readKinds(from = start): Promise<string[]> {
  return (await store.readLog(from, 1000)).changes.map(describeLine)
}

/** A connection on which transactions stay open as long as a test wants. */
async function connect(url = world.databaseUrl): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  onTestFinished(() => client.end())
  return client
}

const OTHER_SWEEP = '11111111-1111-4111-8111-111111111111'
const tell = (client: pg.Client, kind: string) =>
  client.query('INSERT INTO event (kind, sweep_id) VALUES ($1, $2)', [kind, OTHER_SWEEP])

it('has a line for each change, and none for a lease that is renewed', async () => {
  const { sweepId } = await insertRates(store, 2)
  expect(await readKinds()).toEqual(['sweep', 'trials'])
  const next = async () => {
    const place = start
    start = await store.findEndOfLog()
    return readKinds(place)
  }
  await next()
  const trial = await claimNext(store, LEASE_MS)
  const line = `trial ${trial.trialId}`
  expect(await next()).toEqual([line])
  await report(store, trial, 1)
  expect(await next()).toEqual([line])
  const worker = { id: 'w', host: 'h', device: 'd', engine: 'e', slots: 1, version: '0', pid: 1 }
  await store.beat({ worker, leaseMs: LEASE_MS, attempts: [trial] })
  expect(await next()).toEqual([])
  await store.completeTrial(trial, SCORE, makeEpoch(1))
  expect(await next()).toEqual([line])
  await store.pauseSweep(sweepId, 'why not')
  expect(await next()).toEqual(['sweep'])
})

it('has a line or two for a sweep of which all trials change at once, whatever their number', async () => {
  const { sweepId } = await insertRates(store, 2000)
  const created = await readKinds()
  expect(created.length).toBeLessThanOrEqual(3)
  start = await store.findEndOfLog()
  await store.cancelSweep(sweepId)
  expect(new Set(await readKinds())).toEqual(new Set(['sweep', 'trials']))
  expect((await readKinds()).length).toBeLessThanOrEqual(4)
  await store.deleteSweep(sweepId)
  expect(await store.findSweeps([sweepId])).toEqual([])
})

it('keeps the order of transactions that end in another order than they began, and misses none', async () => {
  const [early, late] = [await connect(), await connect()]
  await early.query('BEGIN')
  await tell(early, 'sweep')
  await tell(late, 'trials')
  const before = await store.readLog(start, 1000)
  // The later one has ended, and waits for the one that might still write before it.
  expect(before.changes).toEqual([])
  await tell(early, 'sweep')
  await early.query('COMMIT')
  expect(await readKinds(before.next)).toEqual(['sweep', 'sweep', 'trials'])
})

it('does not wait for a transaction in another database of the server', async () => {
  const other = await createTestDatabase()
  onTestFinished(() => other.drop())
  const elsewhere = await connect(other.url)
  await elsewhere.query('BEGIN')
  await tell(elsewhere, 'sweep')
  await tell(await connect(), 'trials')
  expect(await readKinds()).toEqual(['trials'])
})

it('is read page by page, without a line twice', async () => {
  const client = await connect()
  const kinds = Array.from({ length: 7 }, (_, index) => (index % 2 === 0 ? 'sweep' : 'trials'))
  for (const kind of kinds) await tell(client, kind)
  const read: LoggedChange[] = []
  let page = await store.readLog(start, 3)
  read.push(...page.changes)
  while (page.isFull) {
    page = await store.readLog(page.next, 3)
    read.push(...page.changes)
  }
  expect(read.map(describeLine)).toEqual(kinds)
  expect(await readKinds(page.next)).toEqual([])
})

it('says so if lines were forgotten, and does not if all that were asked for are there', async () => {
  const client = await connect()
  for (const kind of ['sweep', 'trials', 'sweep', 'trials']) await tell(client, kind)
  const { changes } = await store.readLog(start, 1000)
  const [first, second, third] = changes
  if (first === undefined || second === undefined || third === undefined) throw new Error('lines are missing')
  await client.query("UPDATE event SET at = now() - interval '1 hour' WHERE (xid, id) <= ($1, $2)", [
    String(second.xid),
    String(second.id),
  ])
  expect(await store.trimLog()).toBeGreaterThan(0)
  expect((await store.readLog(first, 10)).hasGap).toBe(true)
  expect(await store.readLog(second, 10)).toMatchObject({ hasGap: false, changes: [second, third, {}] })
  expect(await store.trimLog()).toBe(0)
})

it('forgets lines by their number, too', async () => {
  const client = await connect()
  await client.query(
    "INSERT INTO event (kind, sweep_id) SELECT 'sweep', $1 FROM generate_series(1, 120000)",
    [OTHER_SWEEP],
  )
  expect(await store.trimLog()).toBeGreaterThan(19_000)
  const [kept] = await world.query('SELECT count(*)::int AS lines FROM event')
  expect(kept).toEqual({ lines: 100_001 })
  expect((await store.readLog(start, 10)).hasGap).toBe(true)
})

it('takes a place of another database for a gap, and forgets its lines', async () => {
  const end = await store.findEndOfLog()
  expect((await store.readLog({ xid: end.xid + 1000n, id: 0n }, 10)).hasGap).toBe(true)
  const ahead = String(end.xid + 1_000_000n)
  await world.query("INSERT INTO event (xid, kind, sweep_id) VALUES ($1, 'sweep', $2)", [ahead, OTHER_SWEEP])
  expect(await readKinds()).toEqual([])
  expect(await store.trimLog()).toBeGreaterThan(0)
  expect(await world.query('SELECT FROM event WHERE xid = $1', [ahead])).toEqual([])
})
