import { describe, expect, it } from 'vitest'
import { formatAge, formatDuration, formatElapsed, formatMetric, formatShare, formatValue } from './format'

describe('formatDuration', () => {
  it.each([
    [null, '–'],
    [840, '840 ms'],
    [12_400, '12.4 s'],
    [59_990, '1 min 00 s'],
    [200_000, '3 min 20 s'],
    [7_500_000, '2 h 05 min'],
    [273_600_000, '3 d 4 h'],
  ])('%s ms is %s', (ms, text) => expect(formatDuration(ms)).toBe(text))
})

it('shares are 0 or 100 % only if they are exactly so', () => {
  expect([0, 0.001, 0.374, 0.999, 1].map(formatShare)).toEqual(['0 %', '1 %', '37 %', '99 %', '100 %'])
})

it('metrics keep four decimals, and four digits far from one', () => {
  expect([0.93456, 2, 0.00001234, 12_345.6, null].map(formatMetric)).toEqual([
    '0.9346',
    '2.0000',
    '0.00001234',
    '12350',
    '–',
  ])
})

it('values of hyperparameters are short and unambiguous', () => {
  const values = [0.000316227766017, [32, 64], [], { l1: 0, l2: 0.001 }, null, true, 'adam', 50_000]
  expect(values.map(formatValue)).toEqual([
    '0.0003162',
    '32, 64',
    'none',
    'l1 0, l2 0.001',
    'none',
    'yes',
    'adam',
    '50,000',
  ])
})

it('ages are rounded to what a person says, and never negative', () => {
  const now = Date.parse('2026-01-01T12:00:00Z')
  const ages = ['12:00:01', '11:59:30', '11:50:00', '03:00:00'].map((time) => `2026-01-01T${time}Z`)
  expect(ages.map((age) => formatAge(age, now))).toEqual(['just now', '30 s ago', '10 min ago', '9 h ago'])
})

it('times on an axis leave out what is zero', () => {
  expect([0, 0.25, 45, 60, 90, 7500].map(formatElapsed)).toEqual([
    '0 s',
    '0.25 s',
    '45 s',
    '1 min',
    '1 min 30 s',
    '2 h 5 min',
  ])
})
