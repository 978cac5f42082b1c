import type pg from 'pg'

/** What a run did to Postgres. */
export interface DatabaseLoad {
  readonly walMib: number
  readonly deadTuples: number
  /** Of all updates, those that wrote no index entry. */
  readonly hotShare: number
  /** What backends that worked waited for, in samples taken once a second; `running` is no wait. */
  readonly waits: Readonly<Record<string, number>>
}

/** Watches the server from now on. */
export async function watchDatabase(sql: pg.Client): Promise<{ finish(): Promise<DatabaseLoad> }> {
  const startLsn = await readLsn(sql)
  const before = await readTables(sql)
  const waits: Record<string, number> = {}
  const sample = async () => {
    const { rows } = await sql.query<{ wait: string | null }>(
      "SELECT wait_event_type || ':' || wait_event AS wait FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid()",
    )
    for (const { wait } of rows) waits[wait ?? 'running'] = (waits[wait ?? 'running'] ?? 0) + 1
  }
  const timer = setInterval(() => void sample().catch(() => {}), 1000)
  return {
    async finish() {
      clearInterval(timer)
      const after = await readTables(sql)
      const { rows } = await sql.query<{ bytes: string }>(
        'SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), $1) AS bytes',
        [startLsn],
      )
      const sorted = Object.entries(waits).sort(([, a], [, b]) => b - a)
      return {
        walMib: Number(rows[0]?.bytes) / 2 ** 20,
        deadTuples: after.dead,
        hotShare: (after.hot - before.hot) / Math.max(1, after.updates - before.updates),
        waits: Object.fromEntries(sorted.slice(0, 8)),
      }
    },
  }
}

const readLsn = async (sql: pg.Client): Promise<string> =>
  (await sql.query<{ lsn: string }>('SELECT pg_current_wal_lsn()::text AS lsn')).rows[0]?.lsn ?? '0/0'

async function readTables(sql: pg.Client): Promise<{ dead: number; hot: number; updates: number }> {
  const { rows } = await sql.query<Record<string, string>>(
    'SELECT sum(n_dead_tup) AS dead, sum(n_tup_hot_upd) AS hot, sum(n_tup_upd) AS updates FROM pg_stat_user_tables',
  )
  const { dead, hot, updates } = rows[0] ?? {}
  return { dead: Number(dead), hot: Number(hot), updates: Number(updates) }
}
