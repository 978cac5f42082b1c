import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import { sampleTrial } from '../../test/samples.js'
import { createPaint } from '../terminal/paint.js'
import { type Leaderboard, rankTrials, renderLeaderboard } from './leaderboard.js'

const trials = [
  sampleTrial(1, 3, { state: 'completed', metrics: { test_acc: 0.81 } }),
  sampleTrial(0, 2, { state: 'failed', hyperparameters: { stride: 2 } }),
  sampleTrial(2, 1, { state: 'pruned', hyperparameters: { kernel: 4 } }),
  sampleTrial(3, 0, { state: 'queued' }),
]
const board: Leaderboard = {
  trials: rankTrials(trials, 'val_acc'),
  metric: 'val_acc',
  varied: ['kernel', 'stride'],
}
const render = (board: Leaderboard, width: number, isInteractive = true) =>
  renderLeaderboard(board, { width, isInteractive, paint: createPaint(false) })

describe('ranking', () => {
  it('keeps the order of the API but puts failed and unmeasured trials last', () => {
    expect(board.trials.map(({ number }) => number)).toEqual([1, 2, 0, 3])
  })
})

describe('the leaderboard', () => {
  it('is a table on a terminal', () => {
    expect(render(board, 100)).toEqual([
      '┌──────┬───────┬────────┬────────┬─────────┬──────────┬──────────┬────────┬──────────┬───────────┐',
      '│ rank │ trial │ kernel │ stride │ val_acc │ val_loss │ test_acc │ epochs │ duration │ state     │',
      '├──────┼───────┼────────┼────────┼─────────┼──────────┼──────────┼────────┼──────────┼───────────┤',
      '│    1 │    #1 │ 3      │ 1      │  0.8000 │   0.3667 │   0.8100 │    3/3 │     30 s │ completed │',
      '│    2 │    #2 │ 4      │ 1      │  0.4000 │   1.1000 │        – │    1/3 │     10 s │ pruned    │',
      '│    – │    #0 │ 3      │ 2      │  0.7000 │   0.5500 │        – │    2/3 │     20 s │ failed    │',
      '│    – │    #3 │ 3      │ 1      │       – │        – │        – │    0/3 │    0.0 s │ queued    │',
      '└──────┴───────┴────────┴────────┴─────────┴──────────┴──────────┴────────┴──────────┴───────────┘',
    ])
  })

  it('is aligned text without borders on a pipe', () => {
    expect(render(board, 100, false).slice(0, 2)).toEqual([
      'rank  trial  kernel  stride  val_acc  val_loss  test_acc  epochs  duration  state',
      '   1     #1  3       1        0.8000    0.3667    0.8100     3/3      30 s  completed',
    ])
  })

  it.each([38, 30, 20, 8])('never exceeds %d columns', (width) => {
    const wide = { ...board, sweepNames: new Map(trials.map(({ sweepId }) => [sweepId, '猫が好き 🎉'])) }
    for (const each of [board, wide])
      for (const line of render(each, width)) expect(stringWidth(line)).toBeLessThanOrEqual(width)
  })

  it('aligns wide characters', () => {
    const sweepNames = new Map(trials.map(({ sweepId }) => [sweepId, '猫が好き 🎉']))
    const lines = render({ ...board, sweepNames }, 120)
    expect(new Set(lines.map((line) => stringWidth(line))).size).toBe(1)
  })

  it.each([96, 80, 60, 45])('fits into %d columns by leaving columns out', (width) => {
    const lines = render(board, width)
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(width)
    expect(lines[1]).toContain('val_acc')
    expect(lines[1]).toContain('stride')
  })

  it('shows the metric of the objective even if it is an unusual one', () => {
    expect(render({ ...board, metric: 'test_loss' }, 120)[1]).toContain('test_loss')
  })

  it('names sweeps where trials of several are shown', () => {
    const sweepNames = new Map(trials.map(({ sweepId }) => [sweepId, 'mine\u001b[2J']))
    const lines = render({ ...board, sweepNames }, 120)
    expect(lines[3]).toContain('│ mine [2J │')
  })
})
