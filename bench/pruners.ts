// npx tsx bench/pruners.ts [--seeds N] [--slots N]
// Plays pruners over the recorded trainings of bench/search/trainings.json: points in random order, epochs as the only cost.
// For each budget of epochs it prints how much worse than the best of the table the best fully trained point is, in per cent
// of accuracy: median and 90th percentile over the seeds, and how often it is better or worse than training all to the end.
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Pruner } from '@sweepd/core'
import {
  createCounterRandom,
  hasRungs,
  judgeEpoch,
  listRungs,
  type RungTrial,
  settleRungs,
} from '@sweepd/search'

const OBJECTIVE = { metric: 'val_acc', direction: 'maximize' } as const
const BUDGETS = [60, 120, 240, 480]

const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '200' }, slots: { type: 'string', default: '4' } },
})
const [seeds, slots] = [Number(values.seeds), Number(values.slots)]
const table: { accuracies: number[][]; epochs: number } = JSON.parse(
  readFileSync(new URL('./search/trainings.json', import.meta.url), 'utf8'),
)
const { epochs } = table
const curves = table.accuracies.filter(({ length }) => length === epochs)
const best = Math.max(...curves.map((curve) => curve[epochs - 1] ?? 0))

/** How many trials i-Epoch can look at, so that its best ones can still be finished. */
const countLooks = (budget: number, i: number, finish: number): number =>
  Math.max(finish, Math.floor((budget - finish * (epochs - i)) / i))

/** Name, pruner, and how many trials there are to come in all. */
const contenders: [string, Pruner, (budget: number) => number][] = [
  ['none', { type: 'none' }, () => curves.length],
  ...[0.75, 0.5].map((keep): [string, Pruner, () => number] => [
    `percentile ${keep}`,
    { type: 'percentile', keep, warmup: null, startup: 5 },
    () => curves.length,
  ]),
  ['median, warm-up 1', { type: 'median', warmup: 0, startup: 5 }, () => curves.length],
  ['patience 2', { type: 'patience', epochs: 2, minDelta: 0 }, () => curves.length],
  ...[2, 3, 4].map((eta): [string, Pruner, () => number] => [
    `asha eta ${eta}`,
    { type: 'asha', eta, min: 1 },
    () => curves.length,
  ]),
  ...[1, 2, 4, 8].map((i): [string, Pruner, (budget: number) => number] => [
    `iEpoch ${i}, finish 3`,
    { type: 'iEpoch', epochs: i, finish: 3 },
    (budget) => Math.min(curves.length, countLooks(budget, i, 3)),
  ]),
]

interface Playing extends RungTrial {
  isOpen: boolean
  isHeld: boolean
  epochsDone: number
  readonly curve: readonly number[]
  readonly atRungs: Map<number, number>
}

/** The regret after `budget` epochs of trials in this order; `best` if none has ended. */
function play(
  pruner: Pruner,
  order: readonly (readonly number[])[],
  planned: number,
  budget: number,
): number {
  const trials: Playing[] = []
  const lanes: (Playing | undefined)[] = Array.from({ length: slots })
  const goesOn: Playing[] = []
  let found = 0
  const begin = (): Playing | undefined => {
    const [number, curve] = [trials.length, order[trials.length]]
    if (curve === undefined || number >= planned) return undefined
    const trial = {
      id: String(number),
      number,
      curve,
      isOpen: true,
      isHeld: false,
      epochsDone: 0,
      atRungs: new Map(),
    }
    trials.push(trial)
    return trial
  }
  for (let spent = 0; spent < budget; ) {
    let isIdle = true
    for (let lane = 0; lane < slots && spent < budget; lane++) {
      lanes[lane] ??= goesOn.shift() ?? begin()
      const trial = lanes[lane]
      if (trial === undefined) continue
      isIdle = false
      spent++
      trial.epochsDone++
      if (step(pruner, trials, trial)) continue
      lanes[lane] = undefined
      if (trial.epochsDone === epochs) found = Math.max(found, trial.curve[epochs - 1] ?? 0)
      if (hasRungs(pruner)) settle(pruner, trials, planned, goesOn)
    }
    if (isIdle) break
  }
  return best - found
}

/** Whether the trial keeps its slot after the epoch. */
function step(pruner: Pruner, trials: readonly Playing[], trial: Playing): boolean {
  const { epochsDone: epoch, curve } = trial
  if (listRungs(pruner, epochs).includes(epoch)) trial.atRungs.set(epoch, curve[epoch - 1] ?? 0)
  const peers = trials.filter((other) => other !== trial && other.epochsDone >= epoch)
  const verdict = judgeEpoch(pruner, {
    objective: OBJECTIVE,
    epochs,
    history: curve.slice(0, epoch),
    peers: peers.map((other) => other.curve[epoch - 1] ?? 0),
  })
  trial.isHeld = verdict.kind === 'hold'
  trial.isOpen = verdict.kind === 'continue' && epoch < epochs
  return trial.isOpen
}

function settle(
  pruner: Extract<Pruner, { type: 'asha' | 'iEpoch' }>,
  trials: readonly Playing[],
  planned: number,
  goesOn: Playing[],
): void {
  const settled = settleRungs(pruner, { objective: OBJECTIVE, trials, unborn: planned - trials.length })
  for (const { id } of settled.pruned) Object.assign(trials[Number(id)] ?? {}, { isHeld: false })
  for (const id of settled.promoted) {
    const trial = trials[Number(id)]
    if (trial === undefined) continue
    Object.assign(trial, { isHeld: false, isOpen: true })
    goesOn.push(trial)
  }
}

function shuffle(seed: number): (readonly number[])[] {
  const random = createCounterRandom(seed)
  const order: (readonly number[])[] = [...curves]
  for (let last = order.length - 1; last > 0; last--) {
    const other = random.below(last + 1)
    const [a, b] = [order[last], order[other]]
    if (a && b) [order[last], order[other]] = [b, a]
  }
  return order
}

const quantile = (numbers: readonly number[], share: number): string =>
  ([...numbers].sort((a, b) => a - b)[Math.round(share * (numbers.length - 1))] ?? Number.NaN).toFixed(2)

console.log(
  `${curves.length} curves of ${epochs} epochs, ${slots} slots, ${seeds} seeds; regret in % of accuracy`,
)
const orders = Array.from({ length: seeds }, (_, seed) => shuffle(seed))
for (const budget of BUDGETS) {
  console.log(`\n${budget} epochs (${budget / epochs} full trainings)`)
  const baseline = orders.map((order) => play({ type: 'none' }, order, curves.length, budget))
  for (const [name, pruner, plan] of contenders) {
    const regrets = orders.map((order) => play(pruner, order, plan(budget), budget))
    const better = regrets.filter((regret, seed) => regret < (baseline[seed] ?? 0)).length
    const worse = regrets.filter((regret, seed) => regret > (baseline[seed] ?? 0)).length
    console.log(
      `  ${name.padEnd(20)} median ${quantile(regrets, 0.5).padStart(5)}   p90 ${quantile(regrets, 0.9).padStart(5)}` +
        `   better ${String(better).padStart(3)}, worse ${String(worse).padStart(3)} of ${seeds}`,
    )
  }
}
