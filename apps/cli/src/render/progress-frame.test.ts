import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { sampleCounts, sampleSweep } from '../../test/samples.js'
import { createPaint } from '../terminal/paint.js'
import { type ProgressFrame, type RunningTrial, renderBar, renderProgressFrame } from './progress-frame.js'

const trial = (number: number, changes: Partial<RunningTrial> = {}): RunningTrial => ({
  number,
  point: `kernel=3 stride=${number}`,
  epochsDone: 1,
  epochs: 3,
  loss: 0.45123,
  valAcc: 0.87124,
  share: 0.5,
  etaMs: 18_000,
  elapsedMs: 12_000,
  ...changes,
})

const frame: ProgressFrame = {
  sweep: sampleSweep({
    trialCounts: sampleCounts({ queued: 1, running: 2, completed: 1 }),
    progress: 0.25,
    etaMs: 95_000,
  }),
  running: [trial(1), trial(2, { epochsDone: 0, loss: null, valAcc: null, share: 0, etaMs: null })],
}

const render = (frame: ProgressFrame, width: number, height = 40) =>
  renderProgressFrame(frame, { width, height, paint: createPaint(false) }).map((line) => line.trimEnd())

describe('a frame', () => {
  it('shows a bar for each running trial and one for all', () => {
    expect(render(frame, 100)).toEqual([
      '',
      '#1  kernel=3 stride=1  ████████████░░░░░░░░░░░░  epoch 1/3  loss 0.4512  val_acc 0.8712    18 s left',
      '#2  kernel=3 stride=2  ░░░░░░░░░░░░░░░░░░░░░░░░  epoch 0/3  loss –       val_acc –       12 s so far',
      'all  ███████░░░░░░░░░░░░░░░░░░░░░░░  1/4 trials  1 min 35 s left',
    ])
  })

  it('drops what tells least in a narrow terminal', () => {
    expect(render(frame, 60)).toEqual([
      '',
      '#1  kernel=3 stride=1  █████░░░░░  epoch 1/3  val_acc 0.8712',
      '#2  kernel=3 stride=2  ░░░░░░░░░░  epoch 0/3  val_acc –',
      'all  ██████░░░░░░░░░░░░░░░░░░░░  1/4 trials  1 min 35 s left',
    ])
  })

  it.each([20, 30, 39, 40, 47, 60, 80, 100, 200])('never exceeds %d columns', (width) => {
    const long = { ...frame, running: [trial(123, { point: 'x'.repeat(300) })], notice: 'n'.repeat(300) }
    for (const line of render(long, width)) expect(line.length).toBeLessThanOrEqual(width)
  })

  it('never exceeds the height of the terminal and says how much it hides', () => {
    const many = { ...frame, running: Array.from({ length: 30 }, (_, number) => trial(number)), notice: 'n' }
    const lines = render(many, 100, 12)
    expect(lines.length).toBeLessThan(12)
    expect(lines).toContain('… and 24 more running trials')
  })

  it('counts failed trials', () => {
    const sweep = { ...frame.sweep, trialCounts: sampleCounts({ running: 1, failed: 2, cancelled: 1 }) }
    expect(render({ sweep, running: [] }, 100).at(-1)).toContain('3/4 trials  2 failed')
  })

  it('says that a sweep is paused', () => {
    const sweep = sampleSweep({ state: 'paused' })
    expect(render({ sweep, running: [] }, 100).at(-1)).toContain('0/4 trials  paused')
  })

  it('shows a notice without its line breaks, in as many lines as it needs, up to four', () => {
    expect(render({ ...frame, notice: 'the API\nis gone' }, 100).at(-1)).toBe('the API is gone')
    const notice = Array.from({ length: 20 }, (_, number) => `word-${number}`).join(' ')
    expect(render({ ...frame, running: [], notice }, 30).slice(-4)).toEqual([
      'word-0 word-1 word-2 word-3',
      'word-4 word-5 word-6 word-7',
      'word-8 word-9 word-10 word-11',
      'word-12 word-13 word-14 word-…',
    ])
  })

  it('has the same text with colours', () => {
    const colours = renderProgressFrame(frame, { width: 100, height: 40, paint: createPaint(true) })
    expect(colours.map((line) => stripVTControlCharacters(line).trimEnd())).toEqual(render(frame, 100))
    expect(colours.join('')).toContain('\u001b[')
  })
})

describe('renderBar', () => {
  it('fills as much as is done, and is full only at the end', () => {
    expect(renderBar(0, 4)).toBe('░░░░')
    expect(renderBar(0.5, 4)).toBe('██░░')
    expect(renderBar(0.99, 4)).toBe('███░')
    expect(renderBar(1, 4)).toBe('████')
  })

  it('stays within its width whatever the share', () => {
    expect(renderBar(1.5, 3)).toBe('███')
    expect(renderBar(-1, 3)).toBe('░░░')
  })

  it('is not one short because of rounding', () => {
    expect(renderBar(0.1 + 0.2, 10)).toBe('███░░░░░░░')
    expect(renderBar(0.7, 10)).toBe('███████░░░')
  })
})
