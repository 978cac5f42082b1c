import { ImpossibleArchitectureError, InvalidInputError } from '@sweepd/core'
import { describe, expect, it } from 'vitest'
import { planSweep, type SweepLimits } from './plan-sweep.js'

const refusal = (input: unknown, limits: SweepLimits = { maxTrials: 1000 }): Promise<unknown> =>
  planSweep(input, limits).then(
    () => {
      throw new Error('the definition was accepted')
    },
    (error: unknown) => error,
  )

describe('planSweep', () => {
  it('makes the one point of an empty space', async () => {
    expect((await planSweep({ name: 'x', space: {} }, { maxTrials: 1 })).points).toHaveLength(1)
  })

  it('names the points whose layers shrink below one pixel, with what varies and why', async () => {
    const error = await refusal({
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

  it('lists at most 100 of the impossible points and counts them all', async () => {
    const lr = { min: 0.1, max: 1, steps: 150 }
    const error = await refusal({ name: 'x', space: { lr }, fixed: { kernel: 40 } })
    expect(error).toMatchObject({ impossibleCount: 150, totalCount: 150, points: { length: 100 } })
  })

  it('refuses a grid that is too large without making its points', async () => {
    const steps = 10_000
    const space = { lr: { min: 0.1, max: 1, steps }, dropout: { min: 0, max: 0.9, steps } }
    const error = await refusal({ name: 'x', space })
    expect(error).toBeInstanceOf(InvalidInputError)
    expect(error).toMatchObject({
      problems: [{ pointer: '#/space', detail: expect.stringContaining('100000000 points') }],
    })
  })

  describe('with a limit of memory', () => {
    const limits = { maxTrials: 10, maxTrialMemoryMiB: 8192 }

    it('refuses batches that cannot fit, naming the count, the need, the field and the remedy', async () => {
      const fixed = { convLayers: Array(12).fill(4096), kernel: 1, zeroPadding: true }
      expect(
        await refusal({ name: 'x', space: { batchSize: [1, 4096, 8192] }, fixed }, limits),
      ).toMatchObject({
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

    it('names the layers where the parameters are what does not fit', async () => {
      const fixed = { hiddenLayers: Array(12).fill(4096) }
      expect(await refusal({ name: 'x', space: {}, fixed }, limits)).toMatchObject({
        problems: [
          {
            pointer: '#/fixed/hiddenLayers',
            detail: expect.stringContaining('fewer or smaller hiddenLayers'),
          },
        ],
      })
    })

    it('lets large networks and large batches pass that do fit', async () => {
      const space = { batchSize: [32, 4096], hiddenLayers: [[128], [4096, 4096]] }
      expect((await planSweep({ name: 'x', space }, limits)).points).toHaveLength(4)
    })
  })

  it('accepts a grid of exactly the allowed size', async () => {
    const input = { name: 'x', space: { lr: [0.1, 0.2], bn: [true, false] } }
    expect((await planSweep(input, { maxTrials: 4 })).points).toHaveLength(4)
  })

  it('lets others have their turn while it plans a large grid', async () => {
    const space = { lr: { min: 0.0001, max: 0.1, steps: 200 }, dropout: { min: 0, max: 0.9, steps: 50 } }
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    const { points } = await planSweep({ name: 'x', space }, { maxTrials: 10_000 })
    clearInterval(timer)
    expect(points).toHaveLength(10_000)
    expect(turns).toBeGreaterThan(3)
  })
})
