import { setTimeout as delay } from 'node:timers/promises'
import { waitUntil } from '@sweepd/testing'
import pg from 'pg'
import { askPostgres } from '../deployment/ask-servers.js'
import type { Fault } from '../fault.js'

/** Nobody reaches Postgres: connections are cut and refused for a while. */
export const refusePostgres: Fault = {
  name: 'refuse-postgres',
  title: 'connections to Postgres cut and refused for a while',
  needs: { doors: true },
  async inject({ deployment: { servers }, form }) {
    await servers.doors?.postgres.refuse()
    await delay(form.outageMs)
    await servers.doors?.postgres.pass()
  },
}

/** Nobody reaches Redis: connections are cut and refused for a while. */
export const refuseRedis: Fault = {
  name: 'refuse-redis',
  title: 'connections to Redis cut and refused for a while',
  backend: 'redis',
  needs: { doors: true },
  async inject({ deployment: { servers }, form }) {
    await servers.doors?.redis?.refuse()
    await delay(form.outageMs)
    await servers.doors?.redis?.pass()
  },
}

/** Whatever is sent to Postgres or by it does not arrive, and nobody is told. */
export const freezePostgres: Fault = {
  name: 'freeze-postgres',
  title: 'Postgres frozen: packets dropped without a word',
  needs: { doors: true },
  async inject({ deployment: { servers }, form }) {
    await servers.doors?.postgres.freeze()
    await delay(form.freezeMs)
    await servers.doors?.postgres.pass()
  },
}

/** The same with Redis. */
export const freezeRedis: Fault = {
  name: 'freeze-redis',
  title: 'Redis frozen: packets dropped without a word',
  backend: 'redis',
  needs: { doors: true },
  async inject({ deployment: { servers }, form }) {
    await servers.doors?.redis?.freeze()
    await delay(form.freezeMs)
    await servers.doors?.redis?.pass()
  },
}

const TERMINATION_INTERVAL_MS = 200

/** Postgres ends one connection after the other, whatever it is doing, but none of this suite's own. */
export const terminateBackends: Fault = {
  name: 'terminate-backends',
  title: 'pg_terminate_backend of a random connection, five times a second',
  async inject({ deployment: { servers }, form, random }) {
    const endMs = performance.now() + form.stormMs
    let terminated = 0
    while (performance.now() < endMs) {
      const rows = await askPostgres(
        servers.postgres.url,
        `SELECT pg_terminate_backend(pid) FROM (
           SELECT pid FROM pg_stat_activity
           WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
           ORDER BY pid) AS client
         OFFSET floor($1::float8 * (SELECT count(*) - 1 FROM pg_stat_activity
           WHERE datname = current_database() AND backend_type = 'client backend'))::bigint LIMIT 1`,
        [random()],
      )
      terminated += rows.length
      await delay(TERMINATION_INTERVAL_MS)
    }
    if (terminated === 0) throw new Error('there was no connection to end')
  },
}

/** How many replies are lost: enough to meet claims, epochs, ends and beats. */
const LOST_ANSWERS = 20

/**
 * What Postgres says when it has committed something: the tag of a statement that changed something, and that no
 * transaction is open.
 */
const COMMITTED = /(COMMIT|(INSERT 0|UPDATE|DELETE) [1-9]\d*)\0Z\0\0\0.I/

/** Postgres commits, and the connection breaks before anybody hears of it. */
export const loseAnswers: Fault = {
  name: 'lose-answers',
  title: `${LOST_ANSWERS} answers lost after COMMIT`,
  needs: { doors: true },
  async inject({ deployment: { servers }, form }) {
    const door = servers.doors?.postgres
    await door?.cut({ sentBy: 'server', insteadOf: COMMITTED, times: LOST_ANSWERS })
    const areLost = () => door?.cutConnections === LOST_ANSWERS
    await waitUntil(`${LOST_ANSWERS} answers are lost`, areLost, form.deadlineMs)
  },
}

const FOREIGN_CONNECTIONS = 300

/** More requests at once than the api has connections left. */
const BURST_SIZE = 30
const BURST_INTERVAL_MS = 500

/** Others take every connection that Postgres has to give, and do nothing with them. */
export const exhaustConnections: Fault = {
  name: 'exhaust-connections',
  title: `${FOREIGN_CONNECTIONS} idle foreign connections`,
  spares: true,
  answersWithinMs: 1500,
  async inject({ deployment: { servers, apiUrl }, form }) {
    const foreign: pg.Client[] = []
    const endMs = performance.now() + form.outageMs
    try {
      while (performance.now() < endMs) {
        await takeConnections(servers.postgres.url, foreign)
        await checkBurst(`${apiUrl}/sweeps`)
        await delay(BURST_INTERVAL_MS)
      }
      if (foreign.length < 20) throw new Error(`only ${foreign.length} connections could be taken`)
    } finally {
      await Promise.all(foreign.map((client) => client.end().catch(() => {})))
    }
  },
}

/** Takes all connections that there are, also those that others have closed since. */
async function takeConnections(url: string, foreign: pg.Client[]): Promise<void> {
  while (foreign.length < FOREIGN_CONNECTIONS) {
    const client = new pg.Client({ connectionString: url })
    client.on('error', () => {})
    try {
      await client.connect()
    } catch {
      return
    }
    foreign.push(client)
  }
}

/** The API replies to each request of a burst, or soon says that it cannot. */
async function checkBurst(url: string): Promise<void> {
  const request = async () => {
    const startedAt = performance.now()
    const response = await fetch(url, { signal: AbortSignal.timeout(15_000) })
    await response.arrayBuffer()
    return { status: response.status, durationMs: performance.now() - startedAt }
  }
  const answers = await Promise.all(Array.from({ length: BURST_SIZE }, request))
  const wrong = answers.find(({ status, durationMs }) => ![200, 503].includes(status) || durationMs > 1500)
  if (wrong === undefined) return
  throw new Error(
    `of ${BURST_SIZE} requests at once, one got ${wrong.status} in ${Math.round(wrong.durationMs)} ms`,
  )
}
