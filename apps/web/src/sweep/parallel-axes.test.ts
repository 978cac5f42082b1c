import type { SweepPoints } from '@sweepd/core'
import { describe, expect, it } from 'vitest'
import { buildAxes, formatBrushes, parseBrushes, selectRows, toFilter } from './parallel-axes'

const space = {
  lr: { min: 0.001, max: 0.1, scale: 'log', steps: 3 } as const,
  optimizer: ['sgd', 'adam'],
  bn: [true],
}
const points = {
  hyperparameters: { lr: [0.001, 0.01, 0.1, 0.01], optimizer: ['adam', 'sgd', 'adam', 'adam'] },
  metrics: { val_loss: [1, 2, null, 3] },
} as unknown as SweepPoints
const axes = buildAxes({ space, objective: { metric: 'val_loss', direction: 'minimize' } }, points)

describe('buildAxes', () => {
  it('takes what varies, and the objective last', () => {
    expect(axes.map(({ name }) => name)).toEqual(['lr', 'optimizer', 'val_loss'])
  })

  it('spaces few values evenly, in order', () => {
    expect([...(axes[0]?.places ?? [])]).toEqual([0, 0.5, 1, 0.5])
    expect(axes[1]?.ticks.map(({ text }) => text)).toEqual(['adam', 'sgd'])
  })

  it('puts what is better up, and leaves out what was not measured', () => {
    const [best, middle, missing, worst] = axes[2]?.places ?? []
    expect(best).toBeGreaterThan(middle ?? 1)
    expect(middle).toBeGreaterThan(worst ?? 1)
    expect(missing).toBeNaN()
  })
})

describe('brushes', () => {
  it('select the points that lie in all of them', () => {
    expect(selectRows(axes, { lr: [0, 1] }, 4)).toEqual([true, true, false, true])
    expect(selectRows(axes, { lr: [0, 1], optimizer: [0, 0], val_loss: [0.9, 2] }, 4)).toEqual([
      true,
      false,
      false,
      false,
    ])
    expect(selectRows(axes, {}, 2)).toEqual([true, true])
  })

  it('survive the URL', () => {
    const brushes = { lr: [0, 1], val_loss: [-1.5e-7, 2.25] } as const
    expect(parseBrushes(formatBrushes(brushes))).toEqual(brushes)
    expect(parseBrushes('lr:a..b,,x')).toEqual({})
  })

  it('become a filter of the leaderboard where one can say it', () => {
    expect(toFilter(axes, { lr: [1, 2], optimizer: [0, 0], val_loss: [1, 2] })).toBe(
      'lr>=0.01 lr<=0.1 optimizer="adam" val_loss>=1 val_loss<=2',
    )
    expect(toFilter(axes, { optimizer: [0, 1] })).toBeUndefined()
  })
})
