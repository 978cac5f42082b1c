import { describe, expect, it } from 'vitest'
import { EarlyStopping } from './early-stopping.js'

const epoch = (number: number, val: number) => ({
  epoch: number,
  loss: 1,
  acc: 0,
  val_loss: val,
  val_acc: val,
  durationMs: 1,
})

/** The epoch after which it stops, and the best one, as it saw them. */
function watch(options: ConstructorParameters<typeof EarlyStopping>[0], values: readonly number[]) {
  const stopping = new EarlyStopping(options)
  let best = 0
  for (const [index, value] of values.entries()) {
    if (stopping.observe(epoch(index + 1, value))) best = index + 1
    if (stopping.shouldStop) return { stoppedAfter: index + 1, best }
  }
  return { stoppedAfter: undefined, best }
}

describe('early stopping', () => {
  it('stops after as many epochs without improvement as it has patience', () => {
    const options = { monitor: 'val_loss', patience: 2, minDelta: 0, restoreBest: false } as const
    expect(watch(options, [0.9, 0.5, 0.6, 0.7, 0.1])).toEqual({ stoppedAfter: 4, best: 2 })
  })
  it('takes a rise of an accuracy for an improvement', () => {
    const options = { monitor: 'val_acc', patience: 1, minDelta: 0, restoreBest: false } as const
    expect(watch(options, [0.5, 0.6, 0.7, 0.65])).toEqual({ stoppedAfter: 4, best: 3 })
  })
  it('does not count a gain of minDelta or less', () => {
    const options = { monitor: 'val_loss', patience: 2, minDelta: 0.1, restoreBest: false } as const
    expect(watch(options, [1, 0.95, 0.92])).toEqual({ stoppedAfter: 3, best: 1 })
  })
  it('with no patience stops at the first epoch without improvement', () => {
    const options = { monitor: 'loss', patience: 0, minDelta: 0, restoreBest: false } as const
    const stopping = new EarlyStopping(options)
    expect(stopping.shouldStop).toBe(false)
    expect([1, 2].map((loss) => stopping.observe({ ...epoch(1, 0), loss }))).toEqual([true, false])
    expect(stopping.shouldStop).toBe(true)
  })
  it('resumes from a history as if it had seen it', () => {
    const options = { monitor: 'val_loss', patience: 2, minDelta: 0, restoreBest: false } as const
    const resumed = new EarlyStopping(options, [epoch(1, 0.5), epoch(2, 0.6)])
    expect(resumed.shouldStop).toBe(false)
    expect(resumed.observe(epoch(3, 0.55))).toBe(false)
    expect(resumed.shouldStop).toBe(true)
  })
  it('begins to count anew after an improvement', () => {
    const options = { monitor: 'val_loss', patience: 2, minDelta: 0, restoreBest: false } as const
    expect(watch(options, [1, 2, 0.9, 2, 0.8, 2, 2])).toEqual({ stoppedAfter: 7, best: 5 })
  })
})
