import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { QUEUE_BACKENDS, type QueueBackend } from './deployment/servers.js'
import type { Fault } from './fault.js'
import { FAULTS } from './faults/index.js'
import { FULL, SHORT, type SuiteForm } from './form.js'

/** How the suite is called. */
export const USAGE = `npm run test:faults -- [options]
  --backend redis|postgres|both  where the queue is kept (default both)
  --only NAME[,NAME…]            these faults only: ${FAULTS.map(({ name }) => name).join(', ')}
  --seed N                       repeats the moments of an earlier run
  --short                        the form that npm test runs, with all faults
  --logs FOLDER                  keeps what the processes write
  --report FILE                  writes the table as markdown`

/** What to run. */
export interface SuiteOptions {
  readonly backends: readonly QueueBackend[]
  readonly faults: readonly Fault[]
  readonly seed: number
  readonly form: SuiteForm
  readonly report: string | undefined
}

/** The command line to options. Throws, naming the fault and what is allowed. */
export function parseOptions(args: readonly string[]): SuiteOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      backend: { type: 'string', default: 'both' },
      only: { type: 'string' },
      seed: { type: 'string', default: String(randomInt(2 ** 32)) },
      short: { type: 'boolean', default: false },
      logs: { type: 'string' },
      report: { type: 'string' },
    },
  })
  return {
    backends: parseBackends(values.backend),
    faults: values.only === undefined ? FAULTS : values.only.split(',').map(getFault),
    seed: parseSeed(values.seed),
    form: { ...(values.short ? SHORT : FULL), logFolder: values.logs },
    report: values.report,
  }
}

function parseBackends(name: string): readonly QueueBackend[] {
  if (name === 'both') return QUEUE_BACKENDS
  const backend = QUEUE_BACKENDS.find((known) => known === name)
  if (backend === undefined) throw new TypeError(`--backend is redis, postgres or both, not ${name}`)
  return [backend]
}

function getFault(name: string): Fault {
  const fault = FAULTS.find((known) => known.name === name)
  if (fault !== undefined) return fault
  throw new TypeError(`there is no fault ${name}; there are ${FAULTS.map((known) => known.name).join(', ')}`)
}

function parseSeed(text: string): number {
  if (/^\d{1,10}$/.test(text) && Number(text) < 2 ** 32) return Number(text)
  throw new TypeError(`--seed is a whole number from 0 to ${2 ** 32 - 1}, not ${text}`)
}
