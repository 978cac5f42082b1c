import type { Visits } from '../api-visitor.js'
import { type FaultResult, isSurvived } from '../fault-result.js'

const HEAD = [
  'fault',
  'queue',
  'survived',
  'lasted',
  'first epoch',
  'all going on',
  'sweep ended',
  'attempts interrupted',
  'api: answers, of these 5xx, connection errors, slowest',
]

/** The results as a table in markdown; times are seconds from the injection of the fault. */
export function formatTable(results: readonly FaultResult[]): string {
  const rows = [HEAD, HEAD.map(() => '---'), ...results.map(formatRow)]
  return rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function formatRow(result: FaultResult): string[] {
  const { fault, backend } = result
  const place = [fault.title, backend === 'redis' ? 'Redis' : 'Postgres']
  if (result.type === 'skipped')
    return [...place, `not tried: ${result.reason}`, ...HEAD.slice(3).map(() => '')]
  if (result.type === 'broken') return [...place, '**no**', ...HEAD.slice(3).map(() => '')]
  const { lastedMs, firstEpochMs, allRunningMs, endMs } = result.recovery
  return [
    ...place,
    isSurvived(result) ? 'yes' : '**no**',
    ...[lastedMs, firstEpochMs, allRunningMs, endMs].map(formatSeconds),
    String(result.interruptedAttempts),
    formatVisits(result.visits),
  ]
}

const formatSeconds = (ms: number): string => (Number.isFinite(ms) ? (ms / 1000).toFixed(1) : '–')

function formatVisits({ answers, connectionErrors, slowestMs }: Visits): string {
  const total = [...answers.values()].reduce((sum, count) => sum + count, 0)
  const failed = [...answers].reduce((sum, [status, count]) => sum + (status >= 500 ? count : 0), 0)
  return `${total}, ${failed}, ${connectionErrors}, ${formatSeconds(slowestMs)} s`
}
