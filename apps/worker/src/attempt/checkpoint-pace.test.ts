import { describe, expect, it } from 'vitest'
import { CheckpointPace } from './checkpoint-pace.js'

const trained = (epoch: number) => ({
  metrics: { epoch, loss: 1, acc: 0, val_loss: 1, val_acc: 0, durationMs: 1 },
  checkpoint: Uint8Array.of(epoch),
})

describe('CheckpointPace', () => {
  it('stores the first checkpoint that ends an interval, and withholds those before it', () => {
    let now = 5000
    const pace = new CheckpointPace(2000, () => now)
    for (const [epoch, atMs, isStored] of [
      [1, 1999, false],
      [2, 2000, true],
      [3, 3999, false],
      [4, 4100, true],
    ] as const) {
      now = 5000 + atMs
      const checkpoint = pace.take(trained(epoch))
      expect(checkpoint, `epoch ${epoch}`).toEqual(isStored ? Uint8Array.of(epoch) : undefined)
      if (checkpoint) pace.noteStored()
      expect(pace.withheld).toEqual(isStored ? undefined : trained(epoch))
    }
  })

  it('keeps a checkpoint until it is known to be stored', () => {
    const pace = new CheckpointPace(0)
    expect(pace.take(trained(1))).toEqual(Uint8Array.of(1))
    expect(pace.withheld).toEqual(trained(1))
    pace.noteStored()
    expect(pace.withheld).toBeUndefined()
  })

  it('stores every checkpoint if the interval is 0', () => {
    const pace = new CheckpointPace(0)
    for (const epoch of [1, 2, 3]) {
      expect(pace.take(trained(epoch))).toBeDefined()
      pace.noteStored()
    }
  })
})
