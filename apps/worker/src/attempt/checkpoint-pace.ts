import type { EpochMetrics } from '@sweepd/core'

/** An epoch with the state of the training after it. */
export interface TrainedEpoch {
  readonly metrics: EpochMetrics
  readonly checkpoint: Uint8Array
}

/**
 * Decides which checkpoints of an attempt are stored with their epoch. A checkpoint of a megabyte takes milliseconds, so at
 * most one per interval is; a worker that is killed loses at most that much training, and the next attempt repeats it with
 * the same numbers. The newest checkpoint is kept here, to be stored when the attempt ends in any other way.
 */
export class CheckpointPace {
  private storedAt: number
  private newest: TrainedEpoch | undefined

  /** `now` is a clock in milliseconds. */
  constructor(
    private readonly intervalMs: number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.storedAt = now()
  }

  /** The newest epoch whose checkpoint has not been stored. */
  get withheld(): TrainedEpoch | undefined {
    return this.newest
  }

  /** What to store of this epoch: its checkpoint, or undefined if the last one was stored less than an interval ago. */
  take(epoch: TrainedEpoch): Uint8Array | undefined {
    this.newest = epoch
    return this.now() - this.storedAt >= this.intervalMs ? epoch.checkpoint : undefined
  }

  /** The checkpoint of this epoch has been stored. */
  noteStored(): void {
    this.storedAt = this.now()
    this.newest = undefined
  }
}
