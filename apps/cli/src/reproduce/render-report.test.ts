import { expect, it } from 'vitest'
import { sampleResults } from '../../test/sample-results.js'
import { renderComparison, renderEpochs, renderReport } from './render-report.js'

it('compares each model with the figure of the seed', () => {
  const [, , first, second] = renderComparison(sampleResults())
  expect(first).toMatch(/^\| first +\| 1 +\| val_acc +\| 41\.00 \| 40\.00 \| −1\.00 +\| yes +\| 40\.00/)
  expect(second).toMatch(/^\| second +\| 2 +\| val_acc +\| 90\.00 \| 70\.00 \| −20\.00 +\| \*\*no\*\*/)
})

it('leaves out the epochs that a model did not have', () => {
  expect(renderEpochs(sampleResults())).toEqual([
    '| epoch | first | second |',
    '| ----- | ----- | ------ |',
    '| 1     | 40.00 | 40.00  |',
    '| 2     |       | 70.00  |',
  ])
})

it('tells where and how long it was trained', () => {
  const report = { commit: 'abc', machine: 'a box', wallTimeMs: 3_600_000, wasInterrupted: true }
  expect(renderReport({ ...report, results: sampleResults() }, 'curves.svg')[0]).toBe(
    'Commit abc; a box; wall time 1 h 00 min, interruptions included.',
  )
})
