import { connect, listApplied, readMigrations } from './migrate-deploy.js'

/** A transaction has been open for so long that something has forgotten it. */
const OLD_TRANSACTION_S = 300

/** A transaction that keeps others from going on. */
interface OldTransaction {
  readonly pid: number
  readonly application: string
  readonly state: string
  readonly seconds: number
}

/** What a database says of itself. */
export interface DatabaseReport {
  /** Such as `18.4`. */
  readonly serverVersion: string
  /** Those of this build that it lacks. */
  readonly missing: readonly string[]
  /** Those that it has and this build lacks. */
  readonly unknown: readonly string[]
  /** Open for five minutes or longer, the oldest first; events wait for them, and vacuum removes nothing. */
  readonly oldTransactions: readonly OldTransaction[]
}

/**
 * Looks at a database and changes nothing.
 * @throws EmbeddedPostgresError `unreachable`, or `migration-failed` if one failed under Prisma
 */
export async function inspectDatabase(url: string): Promise<DatabaseReport> {
  const client = await connect(url)
  try {
    const { rows: facts } = await client.query<{ version: string; migrated: boolean }>(
      `SELECT current_setting('server_version') AS version, to_regclass('_prisma_migrations') IS NOT NULL AS migrated`,
    )
    const known = (await readMigrations()).map(({ name }) => name)
    const applied = facts[0]?.migrated ? await listApplied(client) : new Set<string>()
    const { rows: oldTransactions } = await client.query<OldTransaction>(
      `SELECT pid, application_name AS application, state, extract(epoch FROM now() - xact_start)::float8 AS seconds
       FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid() AND state IS NOT NULL
         AND xact_start < now() - make_interval(secs => $1)
       ORDER BY xact_start`,
      [OLD_TRANSACTION_S],
    )
    return {
      serverVersion: facts[0]?.version ?? '',
      missing: known.filter((name) => !applied.has(name)),
      unknown: [...applied].filter((name) => !known.includes(name)).sort(),
      oldTransactions,
    }
  } finally {
    await client.end()
  }
}
