import { describe, expect, it } from 'vitest'
import { createScore } from './evaluate.js'

describe('a score', () => {
  // scikit-learn's classification_report of the same labels: a 2/3, 1, 0.8; b 1, 1/3, 0.5; c 1/2, 1, 2/3; d 0, 0, 0.
  const labels = Uint8Array.of(0, 0, 1, 1, 1, 2)
  const predicted = Uint8Array.of(0, 0, 0, 1, 2, 2)
  const set = { size: 6, images: new Uint8Array(6), labels }
  const score = createScore({ loss: 0.5, acc: 4 / 6, predicted }, set, ['a', 'b', 'c', 'd'])

  it('counts true classes in rows and predicted ones in columns', () => {
    expect(score.confusionMatrix).toEqual([
      [2, 0, 0, 0],
      [1, 1, 1, 0],
      [0, 0, 1, 0],
      [0, 0, 0, 0],
    ])
  })
  it('reports precision, recall, F1 and support of each class', () => {
    const rows = score.perClass.map(({ label, ...numbers }) => [
      label,
      ...Object.values(numbers).map((n) => Number(n.toFixed(4))),
    ])
    expect(rows).toEqual([
      ['a', 0.6667, 1, 0.8, 2],
      ['b', 1, 0.3333, 0.5, 3],
      ['c', 0.5, 1, 0.6667, 1],
      ['d', 0, 0, 0, 0],
    ])
  })
})
