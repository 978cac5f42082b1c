import { createHash, randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { explainConnectFailure, prepareSession, schemaOf } from '@sweepd/postgres'
import pg from 'pg'
import { EmbeddedPostgresError } from './embedded-postgres-error.js'

/** Prisma Migrate's own advisory lock, so that we and `prisma migrate deploy` wait for each other. */
const PRISMA_LOCK_ID = 72707369

const CREATE_TABLE = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  id VARCHAR(36) PRIMARY KEY NOT NULL,
  checksum VARCHAR(64) NOT NULL,
  finished_at TIMESTAMPTZ,
  migration_name VARCHAR(255) NOT NULL,
  logs TEXT,
  rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  applied_steps_count INTEGER NOT NULL DEFAULT 0
)`

/** A migration may rewrite every trial. */
const STATEMENT_MS = 3_600_000

const CONNECT_TIMEOUT_MS = 10_000

/** Only if it is missing, because that needs a privilege that the role may lack. The setting passes the name as a value. */
const CREATE_SCHEMA = `DO $$ BEGIN
  IF to_regnamespace(quote_ident(current_setting('sweepd.schema'))) IS NULL THEN
    EXECUTE format('CREATE SCHEMA %I', current_setting('sweepd.schema'));
  END IF;
END $$`

/** The migrations of this repository; the path is the same from `src` and from `dist`. */
const REPOSITORY_MIGRATIONS = fileURLToPath(new URL('../../../prisma/migrations', import.meta.url))

interface Migration {
  readonly name: string
  readonly sql: string
}

/**
 * Applies the migrations that the database lacks and returns their names; racing callers wait for one another.
 * Does what `prisma migrate deploy` does, which needs a download, with the same table, checksums and lock, so that
 * either may follow the other. Unlike Prisma, a script and its record are one transaction: a kill leaves nothing half
 * done. So a script must not hold what cannot run in one, such as CREATE INDEX CONCURRENTLY.
 * Tables go into the schema that `?schema=` of the URL names, or `public`, whatever the search path of the role is.
 * @throws EmbeddedPostgresError `unreachable`, `migration-failed`, or `newer-schema` if a migration that this build lacks
 * has made the database unfit for it
 */
export async function migrateDeploy(
  url: string,
  migrationsDir: string = REPOSITORY_MIGRATIONS,
): Promise<readonly string[]> {
  const migrations = await readMigrations(migrationsDir)
  const client = await connect(url)
  try {
    await client.query('SELECT pg_advisory_lock($1)', [PRISMA_LOCK_ID])
    await createSchema(client, schemaOf(url))
    const applied = await listApplied(client)
    refuseNewerSchema(migrations, applied)
    const missing = migrations.filter(({ name }) => !applied.has(name))
    for (const migration of missing) await apply(client, migration)
    return missing.map(({ name }) => name)
  } finally {
    await client.end()
  }
}

/** Whether builds that lack this migration cannot work with its result, as its name says. */
export const isBreaking = (migration: string): boolean => migration.endsWith('_breaking')

/**
 * A database may be newer than this build, as in a rolling upgrade: whatever migrations only add does no harm. After one
 * whose name says that it breaks older builds, they must not start.
 */
function refuseNewerSchema(migrations: readonly Migration[], applied: ReadonlySet<string>): void {
  const known = new Set(migrations.map(({ name }) => name))
  const breaking = [...applied]
    .filter((name) => !known.has(name) && isBreaking(name))
    .sort()
    .at(-1)
  if (breaking === undefined) return
  const newest = [...known].sort().at(-1) ?? 'none'
  const message =
    `This build of sweepd is older than its database: the migration ${breaking} was applied there, which builds before it ` +
    `cannot work with; the newest that this build knows is ${newest}. Upgrade this process to the version that the API runs.`
  throw new EmbeddedPostgresError('newer-schema', message)
}

/** Makes sure that there is a schema, and in it the table of migrations. */
async function createSchema(client: pg.Client, schema: string): Promise<void> {
  try {
    await client.query("SELECT set_config('sweepd.schema', $1, false)", [schema])
    await client.query(CREATE_SCHEMA)
    await client.query(CREATE_TABLE)
  } catch (cause) {
    const message =
      `Tables cannot be created in the schema ${schema} of the database: ${(cause as Error).message}. ` +
      'Add ?schema=NAME to DATABASE_URL with a schema that its user owns, or let its owner run ' +
      `GRANT CREATE, USAGE ON SCHEMA ${schema}.`
    throw new EmbeddedPostgresError('migration-failed', message, { cause })
  }
}

/** The migrations in a folder, in their order; without a folder those of this build. */
export async function readMigrations(folder: string = REPOSITORY_MIGRATIONS): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  return Promise.all(
    names.sort().map(async (name) => ({
      name,
      sql: await readFile(path.join(folder, name, 'migration.sql'), 'utf8'),
    })),
  )
}

/** A connection for migrating or looking. Throws EmbeddedPostgresError `unreachable`. */
export async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  })
  client.on('error', () => {})
  try {
    await client.connect()
  } catch (cause) {
    const message = `The database at ${client.host}:${client.port} cannot be reached: ${explainConnectFailure(cause)}`
    throw new EmbeddedPostgresError('unreachable', message, { cause })
  }
  await prepareSession(client, schemaOf(url), STATEMENT_MS)
  return client
}

/** Names of the migrations that were applied. Throws EmbeddedPostgresError if one failed. */
export async function listApplied(client: pg.Client): Promise<Set<string>> {
  const { rows } = await client.query<{ migration_name: string; finished_at: Date | null }>(
    'SELECT migration_name, finished_at FROM "_prisma_migrations" WHERE rolled_back_at IS NULL',
  )
  const failed = rows.find((row) => row.finished_at === null)
  if (failed !== undefined) {
    const message = `Migration ${failed.migration_name} failed earlier under Prisma. Resolve it with "prisma migrate resolve".`
    throw new EmbeddedPostgresError('migration-failed', message)
  }
  return new Set(rows.map((row) => row.migration_name))
}

async function apply(client: pg.Client, { name, sql }: Migration): Promise<void> {
  const checksum = createHash('sha256').update(sql).digest('hex')
  try {
    await client.query('BEGIN')
    await client.query(sql)
    await client.query(
      `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, clock_timestamp(), 1)`,
      [randomUUID(), checksum, name],
    )
    await client.query('COMMIT')
  } catch (cause) {
    await client.query('ROLLBACK').catch(() => {})
    const message = `Migration ${name} failed and was rolled back: ${(cause as Error).message}`
    throw new EmbeddedPostgresError('migration-failed', message, { cause })
  }
}
