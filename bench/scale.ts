// npm run bench:scale -- [--only MODE] [--runs N] [--short]
// The service without training: real Postgres, Redis, API and queue, and worker processes that report five epochs of each
// trial at once. Modes, each by itself with --only:
//   burn-down     --trials 100000: all wait at the start; once with 1 worker process and once with 8
//   steady        --rate 280 --seconds 1800: trials arrive at a fixed rate (70 % of burn-down's peak)
//   transaction   the same, and in the middle third another connection holds a transaction open
//   leaderboard   --board 1000000: pages at 200 requests a second while 8 workers report, timed from when each was due
//   long-run      --cycles 480: sweeps in a row, as of 24 hours; what grows?
// --short takes minutes instead of hours and says so in the results, which go to bench/results/.
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { measureBurnDown } from './scale/burn-down.js'
import { measureLeaderboard } from './scale/leaderboard.js'
import { measureLongRun } from './scale/long-run.js'
import { measureSteadyLoad } from './scale/steady-load.js'
import { median } from './statistics.js'

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    runs: { type: 'string', default: '3' },
    short: { type: 'boolean', default: false },
    workers: { type: 'string', default: '8' },
    lanes: { type: 'string', default: '4' },
    trials: { type: 'string' },
    rate: { type: 'string' },
    seconds: { type: 'string' },
    board: { type: 'string' },
    cycles: { type: 'string' },
  },
})
const { short } = values
const size = (given: string | undefined, whole: number, shortened: number) =>
  Number(given ?? (short ? shortened : whole))
const [workers, lanes] = [Number(values.workers), Number(values.lanes)]
const trials = size(values.trials, 100_000, 4000)
const seconds = size(values.seconds, 1800, 60)
const rate = size(values.rate, 280, 100)
const board = {
  trials: size(values.board, 1_000_000, 50_000),
  sweeps: 100,
  rate: 200,
  seconds: short ? 15 : 60,
}
const longRun = { cycles: size(values.cycles, 480, 24), trials: 500 }

const MODES: Readonly<Record<string, () => Promise<object>>> = {
  'burn-down with 1 worker': () => measureBurnDown({ trials, workers: 1, lanes }),
  [`burn-down with ${workers} workers`]: () => measureBurnDown({ trials, workers, lanes }),
  steady: () => measureSteadyLoad({ rate, seconds, isTransactionHeld: false, workers, lanes }),
  transaction: () => measureSteadyLoad({ rate, seconds, isTransactionHeld: true, workers, lanes }),
  leaderboard: () => measureLeaderboard({ ...board, workers, lanes }),
  'long-run': () => measureLongRun({ ...longRun, workers, lanes }),
}

const chosen = Object.entries(MODES).filter(([name]) => name.startsWith(values.only ?? ''))
if (chosen.length === 0) throw new Error(`--only names one of ${Object.keys(MODES).join(', ')}`)
const machine = `${cpus()[0]?.model.trim()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
const folder = new URL('./results/', import.meta.url)
mkdirSync(folder, { recursive: true })
console.log(machine)
for (const [mode, measure] of chosen) {
  const runs: object[] = []
  for (let run = 0; run < Number(values.runs); run++) {
    const loadBefore = loadavg()[0]
    runs.push({ loadBefore, ...(await measure()) })
  }
  const result = {
    mode,
    isShort: short,
    machine,
    commit,
    date: new Date().toISOString(),
    settings: values,
    runs,
  }
  const name = `scale-${mode.replace(/\W+/g, '-')}${short ? '-short' : ''}.json`
  writeFileSync(new URL(name, folder), `${JSON.stringify(result, null, 2)}\n`)
  console.log(
    `\n${mode}: ${runs.length} runs, median (lowest to highest); raw results in bench/results/${name}`,
  )
  for (const [figure, numbers] of collectFigures(runs))
    console.log(
      `  ${figure}: ${median(numbers).toPrecision(4)} (${Math.min(...numbers).toPrecision(4)} to ${Math.max(...numbers).toPrecision(4)})`,
    )
}

/** All numbers of the runs by their names, but for single samples. */
function collectFigures(runs: readonly object[]): Map<string, number[]> {
  const figures = new Map<string, number[]>()
  const visit = (value: unknown, name: string) => {
    if (typeof value === 'number') figures.set(name, [...(figures.get(name) ?? []), value])
    else if (Array.isArray(value)) for (const item of value) visit(item, `${name} ${item.phase ?? ''}`.trim())
    else if (typeof value === 'object' && value !== null)
      for (const [key, inner] of Object.entries(value))
        if (key !== 'samples') visit(inner, name === '' ? key : `${name}, ${key}`)
  }
  for (const run of runs) visit(run, '')
  return figures
}
