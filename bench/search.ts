// npm run bench:search [-- --problem NAME]… [--sampler NAME]… [--seeds N] [--from FILE]… [--save FILE] [--svg FILE]
// npm run bench:search -- --latency | --pack FILE
// How good the samplers' best trial is after a fixed number of trials: median regret of the seeds with a 95 % bootstrap
// interval, and Wilcoxon's signed-rank test against Sobol, paired by seed. Where a Python can import optuna (BENCH_PYTHON
// names one; its GP sampler needs torch too) its samplers take turns with ours, seed by seed. --save keeps all runs as
// JSON, and --from draws the table and the curves from such a file. --latency measures a suggestion at 10,000 trials.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { medianInterval, middle, wilcoxon } from './search/comparison.js'
import { drawCharts } from './search/curves.js'
import { measureLatency } from './search/latency.js'
import { type Optuna, startOptuna } from './search/optuna.js'
import { packTable } from './search/pack-table.js'
import { PROBLEMS, type Problem } from './search/problems.js'
import { createOurs, type Run, type RunningSampler, run } from './search/samplers.js'

const OURS = ['random', 'sobol', 'tpe', 'gp', 'auto'] as const
const THEIRS = { 'Optuna TPE': 'tpe', 'Optuna GP': 'gp' } as const

const { values } = parseArgs({
  options: {
    problem: { type: 'string', multiple: true, default: PROBLEMS.map(({ name }) => name) },
    sampler: { type: 'string', multiple: true, default: [...OURS, ...Object.keys(THEIRS)] },
    seeds: { type: 'string', default: '20' },
    from: { type: 'string', multiple: true },
    save: { type: 'string' },
    svg: { type: 'string' },
    latency: { type: 'boolean', default: false },
    pack: { type: 'string' },
  },
})

/** All runs by problem and sampler, in the order of the seeds. */
type Results = Record<string, Record<string, Run[]>>

if (values.pack !== undefined) packTable(values.pack)
else if (values.latency) measureLatency()
else {
  const results: Results =
    values.from === undefined ? await compare() : mergeResults(values.from.map(readResults))
  report(results)
  if (values.svg !== undefined) writeFileSync(values.svg, drawResults(results))
}

async function compare(): Promise<Results> {
  const unknown = values.problem.find((name) => !PROBLEMS.some((problem) => problem.name === name))
  if (unknown !== undefined)
    throw new Error(
      `There is no problem ${unknown}; there are ${PROBLEMS.map(({ name }) => name).join(', ')}.`,
    )
  const optuna = await startOptuna()
  console.log(optuna === undefined ? 'No Python can import optuna.' : `Optuna ${optuna.version}`)
  // A file that is there already is continued, problem by problem.
  const results: Results =
    values.save !== undefined && existsSync(values.save) ? readResults(values.save) : {}
  for (const problem of PROBLEMS.filter(({ name }) => values.problem.includes(name))) {
    const runs = results[problem.name] ?? {}
    results[problem.name] = runs
    for (let seed = 0; seed < Number(values.seeds); seed++) {
      for (const [name, create] of listContenders(optuna, problem, seed)) {
        const done = runs[name] ?? []
        runs[name] = done
        if (done.length <= seed) done.push(await run(problem, seed, create()))
      }
      save(results)
    }
    console.error(`${problem.name} is done`)
  }
  await optuna?.close()
  return results
}

type Contender = [name: string, create: () => RunningSampler]

/** Everybody whose turn it is with this problem and seed. */
function listContenders(optuna: Optuna | undefined, problem: Problem, seed: number): Contender[] {
  const ours = OURS.map((type): Contender => [type, () => createOurs(type, problem, seed)])
  const theirs = Object.entries(THEIRS).flatMap(([name, type]): Contender[] =>
    optuna === undefined || (type === 'gp' && !optuna.hasGp)
      ? []
      : [[name, () => optuna.start(type, problem, seed)]],
  )
  return [...ours, ...theirs].filter(([name]) => values.sampler.includes(name))
}

function readResults(file: string): Results {
  return JSON.parse(readFileSync(file, 'utf8'))
}

/** Regrets with five digits: the file is read by people's tools too, and need not be larger than it says anything. */
function save(results: Results): void {
  if (values.save === undefined) return
  const round = (key: string, value: unknown) =>
    typeof value === 'number' && key !== '' ? Number(value.toPrecision(5)) : value
  writeFileSync(values.save, JSON.stringify(results, round))
}

/** Runs of different samplers that were kept in several files. */
function mergeResults(parts: readonly Results[]): Results {
  const merged: Results = {}
  for (const { name } of PROBLEMS)
    for (const part of parts) if (part[name] !== undefined) merged[name] = { ...merged[name], ...part[name] }
  return merged
}

function report(results: Results): void {
  console.log(
    '| problem | trials | sampler | seeds | median regret (95 % interval) | p against Sobol | ms per suggestion |',
  )
  console.log('| --- | ---: | --- | ---: | --- | ---: | ---: |')
  for (const [problem, samplers] of Object.entries(results)) {
    const sobol = finals(samplers['sobol'] ?? [])
    for (const [name, runs] of Object.entries(samplers)) {
      const last = finals(runs)
      const [low, high] = medianInterval(last)
      const p =
        name === 'sobol' || sobol.length < last.length
          ? ''
          : show(wilcoxon(last, sobol.slice(0, last.length)), 1)
      const ms = middle(runs.map(({ suggestMs }) => suggestMs)).toFixed(1)
      const regret = `${show(middle(last))} (${show(low)} to ${show(high)})`
      console.log(
        `| ${problem} | ${runs[0]?.regrets.length} | ${name} | ${runs.length} | ${regret} | ${p} | ${ms} |`,
      )
    }
  }
}

function finals(runs: readonly Run[]): number[] {
  return runs.map(({ regrets }) => regrets.at(-1) ?? Number.NaN)
}

function show(number: number, digits = 2): string {
  return number === 0 || Math.abs(number) >= 0.01
    ? Number(number.toPrecision(digits)).toString()
    : number.toExponential(digits - 1)
}

function drawResults(results: Results): string {
  return drawCharts(
    Object.entries(results).map(([title, samplers]) => ({
      title,
      lines: Object.entries(samplers)
        .filter(([name]) => name !== 'random')
        .map(([name, runs]) => ({
          name,
          values: (runs[0]?.regrets ?? []).map((_, trial) =>
            middle(runs.map(({ regrets }) => regrets[trial] ?? Number.NaN)),
          ),
        })),
    })),
  )
}
