import { expect, it } from 'vitest'
import { sampleEpoch, sampleTrial } from '../../test/samples.js'
import { createPaint } from '../terminal/paint.js'
import { renderEvent, type TrialEvent } from './event-line.js'

const line = (event: TrialEvent) => renderEvent(event, ['kernel', 'stride'], createPaint(false))

it('tells that a trial started, and which attempt if not the first', () => {
  expect(line({ type: 'started', trial: sampleTrial(0) })).toBe('trial 0  kernel=3 stride=1  started')
  expect(line({ type: 'started', trial: sampleTrial(0, 0, { attempts: 2 }) })).toMatch(
    /started \(attempt 2\)$/,
  )
})

it('tells an epoch with all its metrics', () => {
  expect(line({ type: 'epoch', trial: sampleTrial(0, 2), metrics: sampleEpoch(2) })).toBe(
    'trial 0  kernel=3 stride=1  epoch 2/3  loss 0.5000  acc 0.7500  val_loss 0.5500  val_acc 0.7000  (10 s)',
  )
})

it('tells how a trial ended', () => {
  const trial = sampleTrial(0, 3, { state: 'completed', metrics: { test_acc: 0.79 } })
  expect(line({ type: 'ended', trial })).toBe(
    '✔ trial 0  kernel=3 stride=1  completed  val_acc 0.8000  test_acc 0.7900  30 s',
  )
})

it('tells why a trial failed, in one line without control codes', () => {
  const error = { class: 'diverged' as const, message: 'the loss is NaN\n\u001b[31mat epoch 2' }
  expect(line({ type: 'ended', trial: sampleTrial(0, 1, { state: 'failed', error }) })).toBe(
    '✘ trial 0  kernel=3 stride=1  failed (diverged): the loss is NaN [31mat epoch 2',
  )
})
