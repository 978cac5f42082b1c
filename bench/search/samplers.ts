import {
  chooseModel,
  createCounterRandom,
  createSobolSequence,
  type LearningSampler,
  type ModelSpace,
  type ModelTrial,
  proposeRows,
  type Row,
  rowAt,
} from '@sweepd/search'
import { observe, type Problem, toSpace } from './problems.js'

/** One run of a sampler on a problem: what it had found after each trial, and how long its suggestions took. */
export interface Run {
  /** Regret without noise of the trial with the best observation so far, after each trial. */
  readonly regrets: readonly number[]
  readonly suggestMs: number
}

/** Proposes row after row for one run. */
export interface RunningSampler {
  suggest(trials: readonly ModelTrial[]): Row | Promise<Row>
  /** Told what came of the row that was suggested last. */
  tell?(loss: number | undefined): void
}

/** Runs a sampler to the end of a problem's budget, one trial after the other. */
export async function run(problem: Problem, seed: number, sampler: RunningSampler): Promise<Run> {
  const trials: ModelTrial[] = []
  const regrets: number[] = []
  let [bestLoss, bestRegret, suggestMs] = [Number.POSITIVE_INFINITY, Number.NaN, 0]
  for (let number = 0; number < problem.trials; number++) {
    const startedAt = performance.now()
    const row = await sampler.suggest(trials)
    suggestMs += performance.now() - startedAt
    const loss = observe(problem, row, seed, number)
    sampler.tell?.(loss)
    trials.push({
      number,
      row,
      outcome: loss === undefined ? { kind: 'diverged' } : { kind: 'completed', loss },
    })
    if (loss !== undefined && loss < bestLoss) {
      bestLoss = loss
      bestRegret = problem.regretAt(row) ?? Number.NaN
    }
    regrets.push(bestRegret)
  }
  return { regrets, suggestMs: suggestMs / problem.trials }
}

/** Our samplers, as a sweep uses them: no point twice. */
export function createOurs(
  type: 'random' | 'sobol' | LearningSampler['type'],
  problem: Problem,
  seed: number,
): RunningSampler {
  const space = toSpace(problem)
  const sequence = createSobolSequence(space.axes.length, seed)
  const seen = new Set<string>()
  let draw = 0
  return {
    suggest(trials) {
      for (const row of listRows(trials)) {
        const key = row.join()
        if (seen.size < seen.add(key).size) return row
      }
      throw new Error(`${type} has no row left on ${problem.name}`)
    },
  }
  function* listRows(trials: readonly ModelTrial[]): Generator<Row> {
    if (type !== 'random' && type !== 'sobol') yield* learnt(type, space, trials)
    for (;;) {
      const number = draw++
      const random = createCounterRandom(seed, number)
      yield type === 'random'
        ? rowAt(space, space.axes.map(random.uniform))
        : rowAt(space, sequence.pointAt(number))
    }
  }
  function* learnt(learning: LearningSampler['type'], model: ModelSpace, trials: readonly ModelTrial[]) {
    const sampler = { type: learning, trials: problem.trials }
    const chosen = chooseModel(sampler, model, trials)
    if (chosen !== undefined) yield* proposeRows(chosen, model, trials, seed, trials.length)
  }
}
