import { execFileSync } from 'node:child_process'
import { availableParallelism, cpus, platform, release, totalmem } from 'node:os'
import type { Visits } from './api-visitor.js'
import { type FaultResult, isSurvived } from './fault.js'
import type { SuiteOptions } from './options.js'

/** The run as a page in markdown: on what, of what, and what came of it. */
export function formatReport(
  results: readonly FaultResult[],
  { seed, form }: SuiteOptions,
  startedAt: Date,
  undisturbedMs: number,
): string {
  const tried = results.filter(({ type }) => type !== 'skipped')
  const minutes = ((Date.now() - startedAt.getTime()) / 60_000).toFixed(1)
  return `${INTRODUCTION}
## The last recorded run

${tried.filter(isSurvived).length} of ${tried.length} faults survived.

${formatTable(results)}

- ${startedAt.toISOString().slice(0, 10)}, commit ${findCommit()}, ${form.name} form, seed ${seed}, ${minutes} minutes
- ${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GB, ${platform()} ${release()}, Node ${process.version}
- ${form.workers} workers of ${form.slotsPerWorker} slots; the undisturbed sweep took ${(undisturbedMs / 1000).toFixed(1)} s
- ${describeSettings(form.environment)}
`
}

const INTRODUCTION = `# Reliability

What happens to a sweep when something breaks. \`npm run test:faults\` runs a real sweep for each row below, on real
processes, Postgres and Redis, and breaks something at a random moment while several trials run. A fault is survived if

- each planned point is there once, completed, and the sweep was completed once;
- each trial's history has every epoch once, from 1 on;
- every metric, score and confusion matrix equals that of the same sweep without a fault, bit for bit;
- no process ended that was not killed, and every request to the api ended with an answer or a connection error.

A network is *frozen* when connections and bytes are accepted and nothing is passed on. With foreign connections, no attempt
may be interrupted, and no request to the api may take longer than 1.5 s.

\`npm test\` runs a short form of it. The same \`--seed\` gives the same moments; \`--only NAME\` runs one fault.
Seconds count from the fault: until it was mended (a killed server started again, a refused connection allowed), until
the first epoch of any trial was stored, until each trial that had been running had stored another one or ended, and
until the sweep was completed.
`

function describeSettings(environment: Readonly<Record<string, string>>): string {
  const settings = Object.entries(environment).map(([name, value]) => `${name}=${value}`)
  return settings.length > 0 ? settings.join(', ') : 'leases, intervals and delays as shipped'
}

function findCommit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
  } catch {
    return 'unknown'
  }
}

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
