import { randomUUID } from 'node:crypto'
import { Agent, get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { hyperparametersSchema, parseSweepDefinition, toStoredDefinition } from '@sweepd/core'
import { startApi } from './api-process.js'
import { watchDatabase } from './database-load.js'
import { percentile } from './percentile.js'
import { type BenchServer, startServer } from './server.js'
import { StubWorkers } from './stub-workers.js'
import { createNoOpSweep } from './sweeps.js'

export interface LeaderboardOptions {
  readonly trials: number
  readonly sweeps: number
  /** Requests a second. */
  readonly rate: number
  readonly seconds: number
  readonly workers: number
  readonly lanes: number
}

const PAGES = 20

/**
 * Pages of the leaderboard while workers report. Each request has a time at which it is due, and its latency counts from
 * then: a slow answer makes those that wait behind it slow, too, instead of making them rarer.
 */
export async function measureLeaderboard(options: LeaderboardOptions) {
  const { trials, sweeps, rate, seconds, workers, lanes } = options
  const server = await startServer()
  const api = await startApi(server)
  const agent = new Agent({ keepAlive: true })
  try {
    const sweepId = await fill(server, trials, sweeps)
    const paths = await listPaths(api.url, sweepId)
    await createNoOpSweep(server.ports, Math.ceil(seconds * 500))
    const stubs = await StubWorkers.start(server, workers, lanes)
    const load = await watchDatabase(server.sql)
    const latencies = new Map<string, number[]>()
    const pending: Promise<void>[] = []
    let refused = 0
    const startAt = performance.now() + 100
    for (let request = 0; request < rate * seconds; request++) {
      const dueAt = startAt + (request * 1000) / rate
      const early = dueAt - performance.now()
      if (early > 1) await sleep(early)
      const [name, path] = paths[request % paths.length] as (typeof paths)[number]
      const note = (ms: number): void => void latencies.set(name, [...(latencies.get(name) ?? []), ms])
      const asked = ask(`${api.url}${path}`, agent).then((status) => {
        note(performance.now() - dueAt)
        if (status !== 200) refused += 1
      })
      pending.push(asked)
    }
    await Promise.all(pending)
    const database = await load.finish()
    const trialsPerSecond = stubs.trials / seconds
    await stubs.stop()
    const all = [...latencies.values()].flat()
    return {
      p50Ms: percentile(all, 0.5),
      p99Ms: percentile(all, 0.99),
      maxMs: percentile(all, 1),
      byRequest: Object.fromEntries([...latencies].map(([name, ms]) => [name, percentile(ms, 0.99)])),
      refused,
      trialsPerSecond,
      apiMib: api.readRssMib(),
      ...database,
    }
  } finally {
    agent.destroy()
    await api.stop()
    await server.close()
  }
}

/** Completed sweeps with random metrics, written by SQL; returns the id of one of them. */
async function fill({ sql }: BenchServer, trials: number, sweeps: number): Promise<string> {
  const definition = parseSweepDefinition({
    name: 'filled',
    dataset: 'synthetic',
    space: { lr: [0.1] },
    fixed: { epochs: 5 },
  })
  const hyperparameters = hyperparametersSchema.parse({ epochs: 5 })
  const each = Math.ceil(trials / sweeps)
  let last = ''
  for (let number = 0; number < sweeps; number++) {
    last = randomUUID()
    await sql.query(
      "INSERT INTO sweep (id, name, definition, state, planned, finished_at) VALUES ($1, $2, $3, 'running', $4, NULL)",
      [last, `filled ${number}`, JSON.stringify(toStoredDefinition(definition)), each],
    )
    await sql.query(
      `INSERT INTO trial (id, sweep_id, number, state, hyperparameters, hyperparameters_hash, epochs, epochs_done, attempts,
                          loss, acc, val_loss, val_acc, test_loss, test_acc, started_at, finished_at)
       SELECT gen_random_uuid(), $1::uuid, n, CASE WHEN n % 20 = 0 THEN 'failed' ELSE 'completed' END::trial_state,
              jsonb_set($2::jsonb, '{lr}', to_jsonb((n + 1) / 1e6)), md5($1::uuid::text || n), 5, 5, 1,
              random(), random(), random(), random(), random(), random(), now(), now()
       FROM generate_series(0, $3::int - 1) AS n`,
      [last, JSON.stringify(hyperparameters), each],
    )
    await sql.query("UPDATE sweep SET state = 'completed', finished_at = now() WHERE id = $1", [last])
  }
  await sql.query('VACUUM ANALYZE')
  return last
}

/** What people ask for, with the name that it has in the results. */
async function listPaths(url: string, sweepId: string): Promise<(readonly [string, string])[]> {
  const board = '/trials?sort=val_acc&limit=50'
  let cursor = ''
  for (let page = 0; page < PAGES; page++) {
    const answer = await fetch(`${url}${board}${cursor}`)
    const { nextCursor } = (await answer.json()) as { nextCursor: string | null }
    if (nextCursor !== null) cursor = `&cursor=${encodeURIComponent(nextCursor)}`
  }
  return [
    ['all', board],
    ['by state', `${board}&state=completed`],
    ['of a sweep', `${board}&sweepId=${sweepId}`],
    ['of a sweep, by state', `${board}&sweepId=${sweepId}&state=failed`],
    [`page ${PAGES + 1}`, `${board}${cursor}`],
    ['by test accuracy', '/trials?sort=test_acc&limit=50'],
  ]
}

/** Resolves with the status when the whole answer is there; 503 says that the server is too busy. */
const ask = (url: string, agent: Agent): Promise<number> =>
  new Promise((resolve, reject) => {
    get(url, { agent }, (answer) => {
      answer.resume().once('end', () => resolve(answer.statusCode ?? 0))
    }).once('error', reject)
  })
