import { spawnSync } from 'node:child_process'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { PROJECT_ROOT } from '../project-root.js'
import type { ModelResult } from './collect-results.js'

/** What the results depend on; the documents do not count. */
const SOURCES = ['apps', 'packages', 'examples', 'prisma', 'package-lock.json']

/** All that is told of a reproduction of the seed's trainings. */
export interface Report {
  readonly commit: string
  readonly machine: string
  /** From the first start of a trial to the last end. */
  readonly wallTimeMs: number
  /** Whether the run was interrupted and went on, which the wall time includes. */
  readonly wasInterrupted: boolean
  readonly results: readonly ModelResult[]
}

/** The report as JSON, without what only this service knows. */
export function toRawReport({ results, ...report }: Report): object {
  const models = results.map(({ model, trial, percent, difference, isReached }) => {
    const { hyperparameters, metrics, durationMs, startedAt, finishedAt, history, score } = trial
    const { name, metric, seedPercent } = model
    return {
      ...{ name, metric, seedPercent, percent, difference, isReached },
      ...{ hyperparameters, metrics, durationMs, startedAt, finishedAt, history, score },
    }
  })
  return { ...report, models }
}

/** The processor, cores, memory and Node of this machine, in words. */
export function describeMachine(): string {
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`
  const model = cpus()[0]?.model.trim() ?? 'unknown processor'
  return `${model}, ${availableParallelism()} cores, ${memory}, Node ${process.version}, ${process.platform}`
}

/** The commit that is checked out, marked where sources differ from it; `unknown` outside of a git checkout. */
export function describeCommit(): string {
  const git = (...args: string[]) => spawnSync('git', args, { cwd: PROJECT_ROOT, encoding: 'utf8' })
  const { status, stdout } = git('rev-parse', '--short=10', 'HEAD')
  if (status !== 0) return 'unknown'
  const isChanged = git('diff', '--quiet', 'HEAD', '--', ...SOURCES).status !== 0
  return `${stdout.trim()}${isChanged ? '-changed' : ''}`
}
