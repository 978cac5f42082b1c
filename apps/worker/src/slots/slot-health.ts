import type { WorkerSlot } from '@sweepd/core'

/** Failures in a row that retire a slot. */
const MAX_FAILURES = 3

/**
 * Whether a slot can be trusted with trials. A failure is a process that crashes, does not start, or computes wrong
 * numbers in its self-test; what a trial does wrong by itself is none. Three in a row retire the slot.
 */
export class SlotHealth {
  private failures = 0
  private current: Omit<WorkerSlot, 'gpu'> = { state: 'testing', detail: 'its process starts' }

  /** @param isOnGpu a passed self-test does not make up for earlier failures: only a trial that ends well does */
  constructor(private readonly isOnGpu: boolean) {}

  get isRetired(): boolean {
    return this.current.state === 'retired'
  }

  /** The next process of the slot has to pass a self-test before it gets a trial. */
  get needsTest(): boolean {
    return this.isOnGpu || this.failures > 0
  }

  describe(): Omit<WorkerSlot, 'gpu'> {
    return this.current
  }

  /** The slot's process can train; `testMs` is how long its self-test took, undefined if it had none. */
  passed(testMs: number | undefined): void {
    if (this.isRetired) return
    if (!this.isOnGpu) this.failures = 0
    const test = testMs === undefined ? 'not tested' : `self-test passed in ${(testMs / 1000).toFixed(1)} s`
    this.current = { state: 'ready', detail: this.failures === 0 ? test : `${test}; ${this.countFailures()}` }
  }

  /** A trial has come to an end by itself. */
  trained(): void {
    this.failures = 0
  }

  failed(reason: string): void {
    this.failures += 1
    const state = this.isRetired || this.failures >= MAX_FAILURES ? 'retired' : 'testing'
    this.current = { state, detail: `${this.countFailures()}, the last: ${reason}` }
  }

  private countFailures(): string {
    return `${this.failures} failure${this.failures === 1 ? '' : 's'} in a row`
  }
}
