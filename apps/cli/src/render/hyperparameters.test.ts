import { expect, it } from 'vitest'
import { sampleSweep, sampleTrial } from '../../test/samples.js'
import { formatPoint, formatValue, listDiffering, listVaried } from './hyperparameters.js'

it('names what a sweep varies and nothing else', () => {
  expect(listVaried(sampleSweep().space)).toEqual(['kernel', 'stride'])
})

it('names what tells trials apart', () => {
  const trials = [sampleTrial(0), sampleTrial(1, 0, { hyperparameters: { bn: true, convLayers: [8] } })]
  expect(listDiffering(trials)).toEqual(['bn', 'convLayers'])
})

it.each([
  [3, '3'],
  [[3, 5], '3,5'],
  [true, 'yes'],
  [null, 'none'],
  [[], 'none'],
  [{ l1: 0, l2: 0.001 }, 'l1=0 l2=0.001'],
  ['adam', 'adam'],
] as const)('writes %j as %s', (value, text) => {
  expect(formatValue(value as Parameters<typeof formatValue>[0])).toBe(text)
})

it('writes a point in one line', () => {
  expect(formatPoint(sampleTrial(0).hyperparameters, ['kernel', 'convLayers'])).toBe(
    'kernel=3 convLayers=32,64',
  )
})
