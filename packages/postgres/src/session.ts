import type { ClientBase } from 'pg'

/** The schema of all tables unless `?schema=` of the URL names another one. */
export const DEFAULT_SCHEMA = 'public'

/** A transaction that is idle for this long has lost its client: it must not hold locks, or keep vacuum from rows. */
const IDLE_IN_TRANSACTION_MS = 60_000

/** The schema that a database URL asks for with `?schema=`, as Prisma reads it. */
export function schemaOf(databaseUrl: string): string {
  const query = databaseUrl.split('?')[1] ?? ''
  return new URLSearchParams(query).get('schema') || DEFAULT_SCHEMA
}

/**
 * Sets what the SQL and the parsers of values rely on, whatever the server, the database or the role have for a
 * default. Every connection goes through here, the migrating one and the queue's too.
 *
 * - `search_path`: one schema, or migrations and queries would meet different tables.
 * - `DateStyle`, `IntervalStyle`, `TimeZone`, `bytea_output`: the text forms that node-postgres and Prisma parse.
 * - `extra_float_digits`: numbers survive the way through text, and so do cursors made of them.
 * - `synchronous_commit`: never off. A result that was confirmed to a worker is not lost with the server.
 * - `jit`: compiling takes longer than any statement here.
 */
export async function prepareSession(
  client: ClientBase,
  schema: string,
  statementTimeoutMs: number,
): Promise<void> {
  await client.query(
    `SELECT set_config('search_path', quote_ident($1), false), set_config('DateStyle', 'ISO, YMD', false),
            set_config('IntervalStyle', 'postgres', false), set_config('TimeZone', 'UTC', false),
            set_config('bytea_output', 'hex', false), set_config('extra_float_digits', '1', false),
            set_config('standard_conforming_strings', 'on', false), set_config('client_min_messages', 'warning', false),
            set_config('default_transaction_isolation', 'read committed', false), set_config('jit', 'off', false),
            set_config('lock_timeout', '0', false), set_config('statement_timeout', $2, false),
            set_config('idle_in_transaction_session_timeout', $3, false),
            set_config('synchronous_commit',
                       replace(current_setting('synchronous_commit'), 'off', 'on'), false)`,
    [schema, String(statementTimeoutMs), String(IDLE_IN_TRANSACTION_MS)],
  )
}
