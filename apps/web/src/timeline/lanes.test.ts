import type { Span } from '@sweepd/core'
import { expect, it } from 'vitest'
import { busyShare, toLanes } from './lanes'

const at = (seconds: number): string => new Date(seconds * 1000).toISOString()
const span = (workerId: string, start: number, end: number | null): Span => ({
  trialId: `t${start}`,
  sweepId: 's',
  number: start,
  attempt: 1,
  workerId,
  outcome: end === null ? 'running' : 'completed',
  startedAt: at(start),
  finishedAt: end === null ? null : at(end),
})

const spans = [span('a', 0, 10), span('a', 1, 4), span('b', 2, null), span('a', 4, 8), span('a', 9, 12)]

it('gives overlapping attempts of a worker lanes of their own, and reuses one that is free', () => {
  const lanes = toLanes(spans, 20_000)
  expect(
    lanes.map(({ workerId, slot, spans }) => [workerId, slot, spans.map(({ number }) => number)]),
  ).toEqual([
    ['a', 1, [0]],
    ['a', 2, [1, 4, 9]],
    ['b', 1, [2]],
  ])
})

it('knows how busy the lanes were, a running attempt until the end', () => {
  expect(busyShare(toLanes([span('a', 0, 5), span('b', 5, null)], 10_000), 0, 10_000)).toBeCloseTo(0.5)
  expect(busyShare([], 0, 10)).toBe(0)
})
