import type { Worker } from '@sweepd/core'
import { expect, it } from 'vitest'
import { createPaint } from '../terminal/paint.js'
import { renderWorkers } from './worker-table.js'

const AT = '2026-01-01T00:00:00.000Z'

const worker = (changes: Partial<Worker> = {}): Worker => ({
  id: 'box-7-0a1b2c3d',
  host: 'box',
  device: 'cpu',
  engine: 'onnx',
  slots: 2,
  version: '0.1.0',
  pid: 7,
  state: 'alive',
  startedAt: AT,
  lastSeenAt: AT,
  trials: [],
  ...changes,
})
const trial = { trialId: 't', sweepId: 's', number: 3, attempt: 1, epochsDone: 4, epochs: 20 }
const render = (workers: readonly Worker[], isInteractive: boolean, width = 120) =>
  renderWorkers(workers, Date.parse(AT) + 400, { width, isInteractive, paint: createPaint(false) })

it('shows what each worker trains, and how it is', () => {
  expect(render([worker({ trials: [trial] }), worker({ id: 'b', state: 'lost' })], false)).toEqual([
    'worker          host  engine    busy  trains     version  last seen  state',
    'box-7-0a1b2c3d  box   onnx cpu   1/2  #3 (4/20)  0.1.0    0.4 s ago  alive',
    'b               box   onnx cpu   0/2  –          0.1.0    0.4 s ago  lost',
  ])
})

it.each([60, 30])('keeps to a terminal of %d columns', (width) => {
  const lines = render([worker({ trials: [trial, trial, trial] })], true, width)
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(width)
  expect(lines.join()).toContain('box-7-0a1b2c3d')
})

it('shows no control codes of a worker’s name', () => {
  expect(render([worker({ id: 'a\u001b[31m' })], false).join()).not.toContain('\u001b')
})
