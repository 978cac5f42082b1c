import { createRequire } from 'node:module'
import { ApiError, type SweepClient, UnexpectedAnswerError, UnreachableError } from '@sweepd/client'
import { isPresent } from '@sweepd/core'
import {
  type DatabaseReport,
  EmbeddedPostgresError,
  findRunningPostgres,
  inspectDatabase,
  isBreaking,
} from '@sweepd/embedded'
import type { Env } from '../env.js'
import { type Finding, fault, faultOf, ok, warning } from './finding.js'

const { version: VERSION } = createRequire(import.meta.url)('../../package.json') as { version: string }
const OLDEST_POSTGRES = 13

/** Whether the database runs, fits this build, and is held up by nobody. Changes nothing in it. */
export async function checkDatabase({
  DATABASE_URL,
  SWEEPD_DATA_DIR,
}: Pick<Env, 'DATABASE_URL' | 'SWEEPD_DATA_DIR'>): Promise<Finding[]> {
  try {
    const url = DATABASE_URL ?? (await findRunningPostgres(SWEEPD_DATA_DIR))
    if (url === undefined)
      return [ok('database', `the embedded Postgres of ${SWEEPD_DATA_DIR} does not run; sweepd up starts it`)]
    const kind = DATABASE_URL === undefined ? 'embedded Postgres' : 'Postgres of DATABASE_URL'
    return describeDatabase(kind, await inspectDatabase(url))
  } catch (error) {
    if (!(error instanceof EmbeddedPostgresError)) throw error
    return [faultOf('database', error, 'Start it, or unset DATABASE_URL to use a Postgres of our own.')]
  }
}

/** What a report means for this build. */
export function describeDatabase(
  kind: string,
  { serverVersion, missing, unknown, oldTransactions }: DatabaseReport,
): Finding[] {
  const text = `${kind}, version ${serverVersion}`
  const server =
    Number.parseInt(serverVersion, 10) < OLDEST_POSTGRES
      ? fault('database', text, `Upgrade it to Postgres ${OLDEST_POSTGRES} or newer.`)
      : ok('database', text)
  const schema =
    unknown.length > 0
      ? (unknown.some(isBreaking) ? fault : warning)(
          'schema',
          `newer than this build: it has ${unknown.at(-1)}`,
          'Upgrade this build to the version of the API (git pull, npm run build).',
        )
      : missing.length > 0
        ? warning(
            'schema',
            `${missing.length} ${missing.length === 1 ? 'migration is' : 'migrations are'} missing, the last of them ${missing.at(-1)}`,
            'Restart the API, or sweepd up: they apply migrations when they start.',
          )
        : ok('schema', 'as this build needs it')
  const held = oldTransactions.map(({ pid, application, state, seconds }) =>
    warning(
      'transactions',
      `${application || 'a client without a name'} has had one open for ${Math.round(seconds / 60)} minutes (${state}, pid ${pid})`,
      `Live events wait for it: end its client, or let an administrator run SELECT pg_terminate_backend(${pid}).`,
    ),
  )
  return [
    server,
    schema,
    ...(held.length > 0 ? held : [ok('transactions', 'none is older than five minutes')]),
  ]
}

/** Whether an API answers at SWEEPD_URL, and its workers are of this version. */
export async function checkApi(client: SweepClient, url: string): Promise<Finding[]> {
  try {
    if (!(await client.isReady()))
      return [warning('API', `none answers at ${url}`, 'Start it with npx sweepd up, or set SWEEPD_URL.')]
    const { items } = await client.listWorkers()
    const present = items.filter(isPresent)
    const other = present.find(({ version }) => version !== VERSION)
    const workers =
      present.length === 0
        ? warning('workers', 'none is alive, so that no trial trains', 'Start one: npx sweepd up.')
        : other !== undefined
          ? warning(
              'workers',
              `${other.id} is of version ${other.version}, this build of ${VERSION}`,
              `Drain it (npx sweepd drain ${other.id}), and start it with this build.`,
            )
          : ok('workers', `${present.length} alive, of version ${VERSION}`)
    return [ok('API', `ready at ${url}`), workers]
  } catch (error) {
    if (
      error instanceof ApiError ||
      error instanceof UnexpectedAnswerError ||
      error instanceof UnreachableError
    )
      return [faultOf('API', error, 'Check SWEEPD_URL and API_TOKEN.')]
    throw error
  }
}
