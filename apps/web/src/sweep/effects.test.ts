import { expect, it } from 'vitest'
import { computeEffects } from './effects'

const hyperparameters = {
  lr: [0.1, 0.1, 0.01, 0.01],
  bn: [true, false, true, false],
}

it('an axis that decides everything explains the whole spread, the other none of it', () => {
  const effects = computeEffects({ hyperparameters }, [0.2, 0.2, 0.8, 0.8], ['bn', 'lr'])
  expect(effects.map(({ axis, share }) => [axis, share])).toEqual([
    ['lr', 1],
    ['bn', 0],
  ])
  expect(effects[0]?.groups.map(({ label, mean }) => [label, mean])).toEqual([
    ['0.01', 0.8],
    ['0.1', 0.2],
  ])
})

it('trials without a value take no part', () => {
  const [effect] = computeEffects({ hyperparameters }, [0.2, null, 0.8, null], ['lr'])
  expect(effect?.groups.map(({ rows }) => rows)).toEqual([[2], [0]])
})

it('many values are put into bins of equal counts', () => {
  const lr = Array.from({ length: 60 }, (_, index) => (index + 1) / 1000)
  const [effect] = computeEffects({ hyperparameters: { lr } }, lr, ['lr'])
  expect(effect?.groups.map(({ rows }) => rows.length)).toEqual([10, 10, 10, 10, 10, 10])
  expect(effect?.groups[0]?.label).toBe('0.001 to 0.01')
  expect(effect?.share).toBeGreaterThan(0.9)
})

it('says nothing about fewer than two measured trials', () => {
  expect(computeEffects({ hyperparameters }, [null, 0.3, null, null], ['lr'])).toEqual([])
})
