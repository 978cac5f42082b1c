import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { type Problem, toRow } from './problems.js'
import type { RunningSampler } from './samplers.js'

/** Optuna's samplers in a Python process, asked for one point after the other. */
export interface Optuna {
  readonly version: string
  readonly hasGp: boolean
  start(type: 'tpe' | 'gp', problem: Problem, seed: number): RunningSampler
  close(): Promise<void>
}

/** Undefined where no Python can import optuna. BENCH_PYTHON names one; its GP sampler also needs torch and scipy. */
export async function startOptuna(): Promise<Optuna | undefined> {
  const script = new URL('../peers/optuna-search.py', import.meta.url).pathname
  // biome-ignore lint/suspicious/noUndeclaredEnvVars: no task of turbo runs this
  const python = process.env['BENCH_PYTHON'] ?? 'python3'
  const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'ignore'] })
  child.on('error', () => {})
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const greeting = await lines.next()
  if (greeting.done) return undefined
  const { optuna, torch } = JSON.parse(greeting.value) as { optuna: string; torch: string | null }
  const send = (message: object) => child.stdin.write(`${JSON.stringify(message)}\n`)
  return {
    version: torch === null ? optuna : `${optuna}, torch ${torch}`,
    hasGp: torch !== null,
    start(sampler, problem, seed) {
      send({ sampler, seed, axes: problem.axes })
      return {
        async suggest() {
          send({})
          const answer = await lines.next()
          if (answer.done) throw new Error(`Optuna's ${sampler} sampler ended on ${problem.name}`)
          return toRow(problem, JSON.parse(answer.value))
        },
        tell: (loss) => send({ tell: loss ?? null }),
      }
    },
    async close() {
      const exited = once(child, 'exit')
      child.stdin.end()
      await exited
    },
  }
}
