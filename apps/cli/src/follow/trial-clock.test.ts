import { expect, it } from 'vitest'
import { sampleTrial } from '../../test/samples.js'
import { createTrialClock } from './trial-clock.js'

const MINUTE = 60_000

function startClock() {
  let nowMs = 0
  const clock = createTrialClock(() => nowMs)
  const estimate = (atMs: number, trial = sampleTrial(0, 1)) => {
    nowMs = atMs
    return clock.estimate(trial, ['kernel'])
  }
  return estimate
}

it('shows what the trial has reached', () => {
  expect(startClock()(0)).toEqual({
    number: 0,
    point: 'kernel=3',
    epochsDone: 1,
    epochs: 3,
    loss: 1,
    valAcc: 0.4,
    share: 1 / 3,
    etaMs: 20_000,
    elapsedMs: 10_000,
  })
})

it('knows no time before the first epoch has ended', () => {
  expect(startClock()(0, sampleTrial(0, 0))).toMatchObject({ share: 0, etaMs: null })
})

it('moves on within an epoch, but not past its end', () => {
  const estimate = startClock()
  estimate(0)
  expect(estimate(5000)).toMatchObject({ share: 1.5 / 3, etaMs: 15_000 })
  expect(estimate(MINUTE).share).toBeCloseTo(1.95 / 3)
})

it('counts each epoch from when it was first seen', () => {
  const estimate = startClock()
  estimate(0)
  expect(estimate(11_000, sampleTrial(0, 2)).share).toBeCloseTo(2 / 3)
  expect(estimate(16_000, sampleTrial(0, 2)).share).toBeCloseTo(2.5 / 3)
})

it('starts again with a new attempt', () => {
  const estimate = startClock()
  estimate(0)
  expect(estimate(9000, sampleTrial(0, 1, { attempts: 2 })).share).toBeCloseTo(1 / 3)
})

it('is full when the last epoch is done', () => {
  const estimate = startClock()
  expect(estimate(0, sampleTrial(0, 3))).toMatchObject({ share: 1, etaMs: 0 })
  expect(estimate(MINUTE, sampleTrial(0, 3))).toMatchObject({ share: 1, etaMs: 0 })
})
