import type { Pruner } from '@sweepd/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judgeEpoch } from './judge-epoch.js'
import { listRungs, type RungTrial, settleRungs } from './rungs.js'

const ACCURACY = { metric: 'val_acc', direction: 'maximize' } as const
const LOSS = { metric: 'val_loss', direction: 'minimize' } as const
const percentile: Pruner = { type: 'percentile', keep: 0.75, warmup: 2, startup: 4 }
const peers = [0.5, 0.6, 0.7, 0.8, 0.9]

const judge = (pruner: Pruner, history: number[], more: object = {}) =>
  judgeEpoch(pruner, { objective: ACCURACY, epochs: 10, history, peers, ...more })

describe('the percentile pruner', () => {
  it('stops a trial whose best epoch is worse than the share that is kept, and says why', () => {
    expect(judge(percentile, [0.3, 0.59, 0.4])).toEqual({
      kind: 'prune',
      reason: 'after 3 epochs its best val_acc 0.59 is worse than 0.6, the best 75 % of 5 other trials',
    })
    expect(judge(percentile, [0.3, 0.6, 0.4])).toEqual({ kind: 'continue' })
  })

  it('judges losses the other way round', () => {
    const losses = { objective: LOSS }
    expect(judge(percentile, [0.9, 0.81, 0.95], losses).kind).toBe('prune')
    expect(judge(percentile, [0.9, 0.8, 0.95], losses).kind).toBe('continue')
  })

  it('waits for its warm-up, for enough others, and spares the last epoch', () => {
    expect(judge(percentile, [0.1, 0.1]).kind).toBe('continue')
    expect(judge(percentile, [0.1, 0.1, 0.1], { peers: [0.9, 0.9, 0.9] }).kind).toBe('continue')
    expect(judge(percentile, [0.1, 0.1, 0.1], { epochs: 3 }).kind).toBe('continue')
    const byDefault: Pruner = { ...percentile, warmup: null }
    expect(judge(byDefault, Array(3).fill(0.1), { epochs: 20 }).kind).toBe('continue')
    expect(judge(byDefault, Array(4).fill(0.1), { epochs: 20 }).kind).toBe('prune')
  })

  it('is the median pruner at a half', () => {
    const median: Pruner = { type: 'median', warmup: 0, startup: 1 }
    expect(judge(median, [0.69])).toMatchObject({
      kind: 'prune',
      reason: expect.stringContaining('the median'),
    })
    expect(judge(median, [0.7]).kind).toBe('continue')
  })
})

describe('the patience pruner', () => {
  it('stops a trial after so many epochs without a better one', () => {
    const patience: Pruner = { type: 'patience', epochs: 2, minDelta: 0.01 }
    expect(judge(patience, [0.5, 0.6, 0.605]).kind).toBe('continue')
    expect(judge(patience, [0.5, 0.6, 0.605, 0.609])).toEqual({
      kind: 'prune',
      reason: 'no better epoch for 2 epochs: val_acc 0.6 was reached after 2 epochs',
    })
    expect(judge(patience, [0.5, 0.6, 0.605, 0.62]).kind).toBe('continue')
  })
})

describe('the threshold pruner', () => {
  it('stops a trial that has not reached the value after its warm-up', () => {
    const threshold: Pruner = { type: 'threshold', value: 0.5, warmup: 1 }
    expect(judge(threshold, [0.2]).kind).toBe('continue')
    expect(judge(threshold, [0.2, 0.4])).toEqual({
      kind: 'prune',
      reason: 'after 2 epochs its best val_acc 0.4 has not reached 0.5',
    })
    expect(judge(threshold, [0.5, 0.4]).kind).toBe('continue')
  })
})

const asha = { type: 'asha', eta: 3, min: 1 } as const
const iEpoch = { type: 'iEpoch', epochs: 2, finish: 2 } as const

describe('rungs', () => {
  it('lie before the last epoch', () => {
    expect(listRungs(asha, 27)).toEqual([1, 3, 9])
    expect(listRungs(asha, 10)).toEqual([1, 3])
    expect(listRungs(asha, 2)).toEqual([1])
    expect(listRungs(asha, 1)).toEqual([])
    expect(listRungs(iEpoch, 3)).toEqual([2])
    expect(listRungs(iEpoch, 2)).toEqual([])
    expect(judge(asha, [0.1, 0.1, 0.1]).kind).toBe('hold')
    expect(judge(asha, [0.1, 0.1]).kind).toBe('continue')
  })

  it('let the best third go on as soon as it is known, and stop who can no longer be in it', () => {
    const held = [0.5, 0.9, 0.6].map((value, number) => heldAt(1, value, number))
    expect(settleRungs(asha, { objective: ACCURACY, trials: held, unborn: 3 })).toEqual({
      promoted: ['1'],
      pruned: [{ id: '0', reason: 'after 1 epoch its val_acc 0.5 is number 3 of 3; the best 2 go on' }],
    })
  })

  it('let the best one go on where too few ever come', () => {
    const held = [0.5, 0.9].map((value, number) => heldAt(1, value, number))
    expect(settleRungs(asha, { objective: ACCURACY, trials: held, unborn: 0 })).toMatchObject({
      promoted: ['1'],
      pruned: [{ id: '0' }],
    })
  })

  it('of i-Epoch wait for every trial, and stop at once who is beaten by enough others', () => {
    const held = [0.5, 0.9, 0.6].map((value, number) => heldAt(2, value, number))
    const facts = { objective: ACCURACY, trials: held }
    expect(settleRungs(iEpoch, { ...facts, unborn: 1 })).toMatchObject({
      promoted: [],
      pruned: [{ id: '0' }],
    })
    expect(settleRungs(iEpoch, { ...facts, unborn: 0 }).promoted).toEqual(['1', '2'])
  })

  it('settle every trial in the end, whatever order the trials come in, and never one in two ways', () => {
    const values = fc.array(fc.constantFrom<number>(0.1, 0.2, 0.3, 0.4, 0.5), { minLength: 1, maxLength: 12 })
    const order = fc.array(fc.nat(1000), { minLength: 60, maxLength: 60 })
    fc.assert(
      fc.property(fc.constantFrom(asha, iEpoch), values, order, (pruner, finals, picks) => {
        const { completed, pruned } = play(pruner, finals, picks)
        expect(completed.length + pruned.length).toBe(finals.length)
        expect(new Set([...completed, ...pruned]).size).toBe(finals.length)
        const best = finals.indexOf(Math.max(...finals))
        if (pruner.type === 'asha') expect(completed.length).toBeGreaterThan(0)
        else expect(completed).toContain(String(best))
      }),
      { numRuns: 300 },
    )
  })
})

function heldAt(rung: number, value: number, number: number): RungTrial {
  return {
    ...{ id: String(number), number, isOpen: false, isHeld: true, epochsDone: rung },
    atRungs: new Map([[rung, value]]),
  }
}

/** Trials of 9 epochs whose objective never changes, trained in an order that `picks` chooses. */
function play(pruner: typeof asha | typeof iEpoch, finals: readonly number[], picks: readonly number[]) {
  const trials = finals.map((value, number) => ({
    ...{ id: String(number), number, value, isOpen: true, isHeld: false, epochsDone: 0 },
    atRungs: new Map<number, number>(),
  }))
  const completed: string[] = []
  const pruned: string[] = []
  for (let step = 0; step < 1000; step++) {
    const open = trials.filter(({ isOpen }) => isOpen)
    const trial = open[(picks[step % picks.length] ?? 0) % open.length]
    if (trial === undefined) break
    trial.epochsDone++
    if (listRungs(pruner, 9).includes(trial.epochsDone)) {
      Object.assign(trial, { isOpen: false, isHeld: true })
      trial.atRungs.set(trial.epochsDone, trial.value)
    } else if (trial.epochsDone === 9) {
      trial.isOpen = false
      completed.push(trial.id)
    }
    const settled = settleRungs(pruner, { objective: ACCURACY, trials, unborn: 0 })
    for (const { id } of settled.pruned) Object.assign(trials[Number(id)] ?? {}, { isHeld: false })
    for (const id of settled.promoted)
      Object.assign(trials[Number(id)] ?? {}, { isHeld: false, isOpen: true })
    pruned.push(...settled.pruned.map(({ id }) => id))
  }
  return { completed, pruned }
}
