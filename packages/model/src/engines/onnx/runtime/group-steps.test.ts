import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TrainingStep } from '../../engine.js'
import { groupSteps } from './group-steps.js'

const createStep = (size: number, lr = 0): TrainingStep => ({
  indices: new Uint32Array(size),
  lr,
  drawMask: () => {},
})
const sizesOf = (group: readonly TrainingStep[]) => group.map(({ indices }) => indices.length)
const group = (sizes: readonly number[], images: number) =>
  [
    ...groupSteps(
      sizes.map((size) => createStep(size)),
      () => images,
    ),
  ].map(sizesOf)

describe('groupSteps', () => {
  it('joins batches of one size until a run has its images, and leaves a smaller one for itself', () => {
    expect(group([8, 8, 8, 8, 8, 3], 24)).toEqual([[8, 8, 8], [8, 8], [3]])
  })

  it('takes one batch at least', () => {
    expect(group([100, 100], 24)).toEqual([[100], [100]])
  })

  it('joins none if no more than one image is allowed', () => {
    expect(group([8, 8], 1)).toEqual([[8], [8]])
  })

  it('follows a change of what is allowed', () => {
    let images = 16
    const sizes = Array.from({ length: 8 }, () => 8)
    const lengths: number[] = []
    for (const { length } of groupSteps(
      sizes.map((size) => createStep(size)),
      () => images,
    )) {
      lengths.push(length)
      images = 24
    }
    expect(lengths).toEqual([2, 3, 3])
  })

  it('asks for no step beyond the run that it is about to give', () => {
    let asked = 0
    function* steps() {
      for (;;) {
        asked++
        yield createStep(8)
      }
    }
    const groups = groupSteps(steps(), () => 24)
    groups.next()
    expect(asked).toBe(3)
  })

  it('keeps all steps in order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 4 })),
        fc.integer({ min: 1, max: 12 }),
        (sizes, limit) => {
          const steps = sizes.map((size, index) => createStep(size, index))
          const groups = [...groupSteps(steps, () => limit)]
          expect(groups.flat()).toEqual(steps)
          for (const sizes of groups.map(sizesOf)) {
            expect(new Set(sizes).size).toBe(1)
            if (sizes.length > 1) expect(sizes.reduce((sum, size) => sum + size)).toBeLessThanOrEqual(limit)
          }
        },
      ),
    )
  })
})
