import { createConnection } from 'node:net'
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { createTestDatabase } from '../src/test-database.js'
import { startTestPostgres } from '../src/test-postgres.js'
import { findRedisFault, startTestRedis } from '../src/test-redis.js'

const redisFault = await findRedisFault()

describe.skipIf(redisFault !== undefined)(redisFault ?? 'a test Redis', () => {
  it('keeps its data and its address over a kill', async () => {
    const server = await startTestRedis()
    try {
      expect(await ask(server.url, 'SET name sweepd')).toBe('+OK')
      await server.kill()
      await server.kill()
      await expect(ask(server.url, 'PING')).rejects.toThrow('ECONNREFUSED')
      await server.restart()
      expect(await ask(server.url, 'GET name')).toContain('sweepd')
    } finally {
      await server.stop()
      await server.stop()
    }
    await expect(ask(server.url, 'PING')).rejects.toThrow('ECONNREFUSED')
  })
})

describe('a test Postgres', () => {
  it('has the migrations applied and keeps its data over a kill', async () => {
    const server = await startTestPostgres()
    try {
      await query(server.url, 'CREATE TABLE kept AS SELECT 7 AS number')
      await server.kill()
      await expect(query(server.url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED')
      await server.restart()
      expect(await query(server.url, 'SELECT number FROM kept')).toEqual([{ number: 7 }])
      expect(await query(server.url, 'SELECT id FROM sweep')).toEqual([])
    } finally {
      await server.stop()
      await server.stop()
    }
  })
})

describe('a test database', () => {
  it('is migrated, apart from others, and gone when dropped', async () => {
    const [one, other] = await Promise.all([createTestDatabase(), createTestDatabase()])
    await query(one.url, 'CREATE TABLE mine AS SELECT 1 AS number')
    expect(await query(other.url, "SELECT to_regclass('mine') AS mine")).toEqual([{ mine: null }])
    expect(await query(other.url, 'SELECT id FROM sweep')).toEqual([])
    await Promise.all([one.drop(), other.drop()])
    await expect(query(one.url, 'SELECT 1')).rejects.toThrow('does not exist')
  })
})

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

/** One inline command of the Redis protocol, and its answer in the raw. */
function ask(url: string, command: string): Promise<string> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = createConnection(Number(port), hostname, () => socket.write(`${command}\r\n`))
    socket.once('error', reject)
    socket.once('data', (answer) => {
      resolve(answer.toString().trimEnd())
      socket.destroy()
    })
  })
}
