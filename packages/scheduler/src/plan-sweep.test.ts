import { ImpossibleArchitectureError, InvalidInputError } from '@sweepd/core'
import { describe, expect, it } from 'vitest'
import { planSweep, type SweepLimits } from './plan-sweep.js'

const refusal = (input: unknown, limits: SweepLimits = { maxTrials: 1000 }): unknown => {
  try {
    planSweep(input, limits)
  } catch (error) {
    return error
  }
  throw new Error('the definition was accepted')
}

describe('planSweep', () => {
  it('makes the one point of an empty space', () => {
    expect(planSweep({ name: 'x', space: {} }, { maxTrials: 1 }).points).toHaveLength(1)
  })

  it('names the points whose layers shrink below one pixel, with what varies and why', () => {
    const error = refusal({
      name: 'x',
      space: { stride: [1, 2], lr: [0.1, 0.2] },
      fixed: { convLayers: [32, 64, 128] },
    })
    expect(error).toBeInstanceOf(ImpossibleArchitectureError)
    const reason = 'convolution layer 2 gets 1×1 pixels, fewer than its kernel of 3×3 needs'
    expect(error).toMatchObject({
      impossibleCount: 2,
      totalCount: 4,
      points: [
        { point: { stride: 2, lr: 0.1 }, reason },
        { point: { stride: 2, lr: 0.2 }, reason },
      ],
    })
  })

  it('lists at most 100 of the impossible points and counts them all', () => {
    const lr = { min: 0.1, max: 1, steps: 150 }
    const error = refusal({ name: 'x', space: { lr }, fixed: { kernel: 40 } })
    expect(error).toMatchObject({ impossibleCount: 150, totalCount: 150, points: { length: 100 } })
  })

  it('refuses a grid that is too large without making its points', () => {
    const steps = 10_000
    const space = { lr: { min: 0.1, max: 1, steps }, dropout: { min: 0, max: 0.9, steps } }
    const error = refusal({ name: 'x', space })
    expect(error).toBeInstanceOf(InvalidInputError)
    expect(error).toMatchObject({
      problems: [{ pointer: '#/space', detail: expect.stringContaining('100000000 points') }],
    })
  })

  describe('with a limit of memory', () => {
    const limits = { maxTrials: 10, maxTrialMemoryMiB: 8192 }

    it('refuses batches that cannot fit, naming the count, the need, the field and the remedy', () => {
      const fixed = { convLayers: Array(12).fill(4096), kernel: 1, zeroPadding: true }
      expect(refusal({ name: 'x', space: { batchSize: [1, 4096, 8192] }, fixed }, limits)).toMatchObject({
        problems: [
          {
            pointer: '#/space/batchSize',
            detail: expect.stringMatching(
              /^3 of 3 points need more .* 8192 MiB allowed; the largest about \d{6} MiB, .* smaller batchSize .* MAX_TRIAL_MEMORY_MIB$/,
            ),
          },
        ],
      })
    })

    it('names the layers where the parameters are what does not fit', () => {
      const fixed = { hiddenLayers: Array(12).fill(4096) }
      expect(refusal({ name: 'x', space: {}, fixed }, limits)).toMatchObject({
        problems: [
          {
            pointer: '#/fixed/hiddenLayers',
            detail: expect.stringContaining('fewer or smaller hiddenLayers'),
          },
        ],
      })
    })

    it('lets large networks and large batches pass that do fit', () => {
      const space = { batchSize: [32, 4096], hiddenLayers: [[128], [4096, 4096]] }
      expect(planSweep({ name: 'x', space }, limits).points).toHaveLength(4)
    })
  })

  it('accepts a grid of exactly the allowed size', () => {
    expect(
      planSweep({ name: 'x', space: { lr: [0.1, 0.2], bn: [true, false] } }, { maxTrials: 4 }).points,
    ).toHaveLength(4)
  })
})
