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

    it('names the layers if their parameters do not fit', async () => {
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

  it('plans as many points as a sampler is asked for, and no more than the space has', async () => {
    const lr = { min: 0.0001, max: 0.1, scale: 'log' }
    const ask = async (space: object, trials: number) =>
      (await planSweep({ name: 'x', space, sampler: { type: 'sobol', trials } }, { maxTrials: 100 })).points
    expect(await ask({ lr }, 30)).toHaveLength(30)
    expect(await ask({ lr }, 7)).toEqual((await ask({ lr }, 30)).slice(0, 7))
    expect(await ask({ bn: [true, false], kernel: [3, 4] }, 30)).toHaveLength(4)
  })

  it('names the number of trials if a sampler is asked for too many', async () => {
    const input = { name: 'x', space: { lr: { min: 0.1, max: 1 } }, sampler: { type: 'random', trials: 101 } }
    await expect(planSweep(input, { maxTrials: 100 })).rejects.toMatchObject({
      problems: [{ pointer: '#/sampler/trials', detail: 'trials is at most 100, the limit of this service' }],
    })
  })

  it('leaves impossible points out on request, counts and lists them, and draws others', async () => {
    const space = { kernel: [3, 27], stride: [1, 2] }
    const grid = await planSweep({ name: 'x', space, impossible: 'skip' }, { maxTrials: 10 })
    expect(grid.points.map(({ kernel }) => kernel)).toEqual([3, 3])
    expect(grid.skipped).toMatchObject({ count: 2, points: [{ point: { kernel: 27, stride: 1 } }, {}] })
    const wide = { kernel: { min: 3, max: 40 }, lr: { min: 0.001, max: 0.1, scale: 'log' } }
    const drawn = await planSweep(
      { name: 'x', space: wide, impossible: 'skip', sampler: { type: 'random', trials: 20 } },
      { maxTrials: 100 },
    )
    expect(drawn.points).toHaveLength(20)
    expect(drawn.skipped.count).toBeGreaterThan(10)
  })

  it('refuses a sweep of which nothing is possible, also where impossible points are skipped', async () => {
    const input = { name: 'x', space: { kernel: [40, 50] }, impossible: 'skip' }
    await expect(planSweep(input, { maxTrials: 10 })).rejects.toMatchObject({
      impossibleCount: 2,
      totalCount: 2,
    })
    const drawn = { name: 'x', space: { kernel: { min: 40, max: 64 }, lr: { min: 0.1, max: 1 } } }
    const refusal = planSweep(
      { ...drawn, impossible: 'skip', sampler: { type: 'sobol', trials: 5 } },
      { maxTrials: 10 },
    )
    await expect(refusal).rejects.toMatchObject({ code: 'impossible-architecture', impossibleCount: 1000 })
  })
})
