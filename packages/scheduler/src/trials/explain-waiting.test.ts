import { describe, expect, it } from 'vitest'
import { explainWaiting, type WaitingFacts } from './explain-waiting.js'

const NOW = new Date('2026-01-01T00:00:00.000Z')

/** Nothing is in the way. */
const FREE: WaitingFacts = {
  sweepState: 'running',
  pauseReason: null,
  heldAt: null,
  notBefore: null,
  now: NOW,
  maxParallel: null,
  runningOfSweep: 0,
  workers: 2,
  slots: 4,
  busySlots: 3,
  drainingWorkers: 0,
  waitingWorkers: 0,
  isOutranked: false,
}

describe('explainWaiting', () => {
  it.each<[string, Partial<WaitingFacts>]>([
    ['a worker takes it next', {}],
    ['a worker takes it next', { notBefore: NOW }],
    ['sweeps of higher priority go first', { isOutranked: true }],
    ['all 4 slots of 2 workers are busy', { busySlots: 4 }],
    ['the only slot of 1 worker is busy', { workers: 1, slots: 1, busySlots: 1 }],
    ['no worker is alive; start one', { workers: 0, slots: 0, busySlots: 0 }],
    [
      'every worker that is alive is draining; start another one',
      { workers: 0, slots: 0, busySlots: 0, drainingWorkers: 1 },
    ],
    [
      'no worker has a slot that can train; GET /workers says what they wait for',
      { workers: 0, slots: 0, busySlots: 0, waitingWorkers: 1, drainingWorkers: 1 },
    ],
    [
      'it waits for its retry at 2026-01-01T00:00:07.500Z, in 8 s',
      { notBefore: new Date('2026-01-01T00:00:07.500Z') },
    ],
    ['its sweep runs 2 trials already, and maxParallel is 2', { maxParallel: 2, runningOfSweep: 2 }],
    ['its sweep is paused: tea', { sweepState: 'paused', pauseReason: 'tea' }],
  ])('says "%s"', (sentence, facts) => {
    expect(explainWaiting({ ...FREE, ...facts })).toBe(sentence)
  })

  it('names first what nothing else could overcome', () => {
    const all: WaitingFacts = {
      ...FREE,
      sweepState: 'paused',
      pauseReason: 'tea',
      notBefore: new Date(NOW.getTime() + 1000),
      maxParallel: 1,
      runningOfSweep: 1,
      workers: 0,
      isOutranked: true,
    }
    expect(explainWaiting(all)).toContain('paused')
    expect(explainWaiting({ ...all, sweepState: 'running' })).toContain('maxParallel')
    expect(explainWaiting({ ...all, sweepState: 'running', maxParallel: null })).toContain('retry')
  })
})
