import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitPoints } from './insert-sweep.js'

const value = fc.oneof(
  fc.constantFrom(null, 0, 0.1, 'adam', undefined),
  fc.array(fc.constantFrom(3, 4, 'relu'), { maxLength: 2 }),
  fc.record({ l1: fc.constantFrom(0, 1) }),
)
const point = fc.record({ kernel: value, reg: value, lr: value }, { requiredKeys: [] })

describe('splitPoints', () => {
  it('puts what all points share into one text, and loses nothing of any', () => {
    fc.assert(
      fc.property(fc.array(point, { minLength: 1, maxLength: 4 }), (points) => {
        const { shared, own } = splitPoints(points)
        expect(own.map((text) => ({ ...JSON.parse(shared), ...JSON.parse(text) }))).toEqual(
          points.map((whole) => JSON.parse(JSON.stringify(whole))),
        )
      }),
    )
  })

  it('repeats nothing that is the same in all of them', () => {
    const { shared, own } = splitPoints([
      { kernel: [3, 3], lr: 0.1, epochs: 5 },
      { kernel: [3, 3], lr: 0.2, epochs: 5 },
    ])
    expect(JSON.parse(shared)).toEqual({ kernel: [3, 3], epochs: 5 })
    expect(own).toEqual(['{"lr":0.1}', '{"lr":0.2}'])
  })
})
