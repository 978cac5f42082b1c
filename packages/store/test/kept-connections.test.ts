import { createPool } from '@sweepd/postgres'
import { waitUntil } from '@sweepd/testing'
import { expect, it, onTestFinished } from 'vitest'
import { useEmptyStore } from './store-world.js'

const world = useEmptyStore()

it('a pool closes idle connections, except three that stay for the next callers', async () => {
  const pool = createPool({
    databaseUrl: world.databaseUrl,
    size: 6,
    waitMs: 20_000,
    statementMs: 20_000,
    idleMs: 100,
  })
  onTestFinished(() => pool.end())
  await Promise.all(Array.from({ length: 6 }, () => pool.query('SELECT pg_sleep(0.1)')))
  expect(pool.totalCount).toBe(6)
  await waitUntil('three are closed', () => pool.totalCount === 3)
  // Longer than idle connections beyond the three would live.
  await pool.query('SELECT pg_sleep(0.3)')
  expect(pool.totalCount).toBe(3)
})
