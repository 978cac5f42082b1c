import { expect, it } from 'vitest'
import { thinOut } from './sweep-views.js'

const epochs = Array.from({ length: 2000 }, (_, index) => ({
  ...{ epoch: index + 1, loss: 1, acc: 0.5, durationMs: 1 },
  val_loss: index === 777 ? 99 : 1 + index / 2000,
  val_acc: index === 1234 ? 0.99 : 0.5,
}))

it('a long curve keeps its ends, its peaks and its order, in about as many epochs as asked for', () => {
  const kept = thinOut(epochs, 500).map(({ epoch }) => epoch)
  expect(kept.length).toBeLessThanOrEqual(502)
  expect(kept).toEqual(expect.arrayContaining([1, 778, 1235, 2000]))
  expect(kept).toEqual(kept.toSorted((a, b) => a - b))
})

it('a short curve stays whole', () => {
  expect(thinOut(epochs.slice(0, 500), 500)).toHaveLength(500)
})
