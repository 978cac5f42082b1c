import type { Worker } from '@sweepd/core'
import { expect, it } from 'vitest'
import { createPaint } from '../terminal/paint.js'
import { describeSlotFaults, renderWorkers } from './worker-table.js'

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
  waitingReason: null,
  slotDetails: [],
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

it('says below the table why a worker waits, and which slots are retired', () => {
  const retired = { gpu: 'GPU-7', state: 'retired' as const, detail: 'its self-test failed three times' }
  const ready = { gpu: 'GPU-8', state: 'ready' as const, detail: 'self-test passed' }
  const waitingReason = 'all 3 GPUs are leased'
  const workers = [
    worker({ id: 'a', slotDetails: [retired, ready] }),
    worker({ id: 'b', slots: 0, state: 'waiting', waitingReason }),
  ]
  expect(describeSlotFaults(workers)).toEqual([
    'a: a slot on GPU-7 is retired: its self-test failed three times',
    'b waits: all 3 GPUs are leased',
  ])
  expect(render(workers, false).at(-1)).toMatch(/0\/0 .+ waiting$/)
})
