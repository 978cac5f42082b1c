import { describe, expect, it } from 'vitest'
import type { JournalEntry } from '../journal.js'
import { checkJournal } from './check-journal.js'

const INTERVAL_MS = 500

const base = { id: 't', state: null, attempt: null, epoch: null, metrics: null, durationMs: null, atMs: 0 }
const goes = (state: string, attempt: number): JournalEntry => ({ ...base, kind: 'trial', state, attempt })
const stored = (attempt: number, epoch: number, metrics = `of ${epoch}`): JournalEntry => ({
  ...base,
  kind: 'epoch',
  attempt,
  epoch,
  metrics,
  durationMs: 300,
})
const dropped = (attempt: number, epoch: number): JournalEntry => ({
  ...stored(attempt, epoch),
  kind: 'dropped',
})

/** The worker of attempt 1 dies after epoch 2, whose checkpoint is not stored. */
const RESUMED = [
  goes('running', 1),
  stored(1, 1),
  stored(1, 2),
  goes('queued', 1),
  dropped(1, 2),
  goes('running', 2),
]

describe('checkJournal', () => {
  it('accepts an epoch that was dropped and trained again with the same numbers', () => {
    expect(checkJournal([...RESUMED, stored(2, 2), goes('completed', 2)], INTERVAL_MS)).toEqual([])
  })

  it.each([
    [
      'an epoch that is trained again with other numbers',
      [stored(2, 2, 'other')],
      /epoch 2 came out as other/,
    ],
    ['an epoch that is stored twice', [stored(2, 1)], /attempt 2 trained epoch 1 again/],
    [
      'an epoch of an attempt that is over',
      [stored(1, 2)],
      /epoch 2 of attempt 1 was stored while attempt 2 ran/,
    ],
  ])('reports %s', (_what, more, fault) => {
    expect(checkJournal([...RESUMED, ...more, goes('completed', 2)], INTERVAL_MS)).toEqual([
      expect.stringMatching(fault),
    ])
  })

  it('reports that more training was lost than a checkpoint may wait', () => {
    const entries = [...RESUMED.slice(0, 4), dropped(1, 1), dropped(1, 2), goes('running', 2)]
    const again = [stored(2, 1), stored(2, 2), goes('completed', 2)]
    expect(checkJournal([...entries, ...again], INTERVAL_MS)).toEqual([
      expect.stringContaining('600 ms of attempt 1 were lost'),
    ])
  })

  it('reports a trial that goes on after its end', () => {
    const entries = [goes('running', 1), stored(1, 1), goes('completed', 1), goes('queued', 1)]
    expect(checkJournal(entries, INTERVAL_MS)).toEqual([expect.stringContaining('it went to')])
  })
})
