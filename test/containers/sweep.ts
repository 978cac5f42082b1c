import assert from 'node:assert/strict'
import { waitUntil } from '@sweepd/testing'
import { POLL_MS } from './docker.js'
import type { Stack } from './stack.js'

interface Sweep {
  readonly id: string
  readonly state: string
  readonly trialCounts: { readonly total: number; readonly completed: number; readonly running: number }
}

interface Trial {
  readonly id: string
  readonly number: number
  readonly history: readonly { readonly epoch: number }[]
  readonly score: unknown
  readonly attemptHistory: readonly { readonly outcome: string | null }[]
}

/** A sweep long enough that something can happen to it. */
const EPOCHS = 4
const DEFINITION = {
  dataset: 'synthetic',
  space: { kernel: [3, 5], bn: [false, true], dropout: [0.2, 0.3, 0.5] },
  fixed: { convLayers: [8, 16], hiddenLayers: [32], trainSize: 2000, epochs: EPOCHS },
  seed: 2019,
}
const TRIALS = 12
const LIMIT_MS = 600_000

/** A sweep that runs while something is done to the processes around it. */
export class RunningSweep {
  private constructor(
    private readonly stack: Stack,
    readonly id: string,
  ) {}

  static async start(stack: Stack, name: string): Promise<RunningSweep> {
    const { id } = await stack.request<Sweep>('POST', '/sweeps', { name, ...DEFINITION })
    return new RunningSweep(stack, id)
  }

  /** Waits until that many trials are completed, and some are running. */
  async reaches(completed: number): Promise<void> {
    await waitUntil(
      `${completed} trials are completed`,
      async () => {
        const { trialCounts } = await this.#get()
        return trialCounts.completed >= completed && trialCounts.running > 0
      },
      LIMIT_MS,
      POLL_MS,
    )
  }

  /** Waits for the end. @returns how many attempts its trials took @throws AssertionError if a result is missing or double */
  async endsWithEachTrialOnce(): Promise<number> {
    const isCompleted = async () => (await this.#get()).state === 'completed'
    await waitUntil('the sweep is completed', isCompleted, LIMIT_MS, POLL_MS)
    const { trialCounts } = await this.#get()
    assert.equal(trialCounts.total, TRIALS)
    assert.equal(trialCounts.completed, TRIALS)
    const { items } = await this.stack.request<{ items: Trial[] }>(
      'GET',
      `/trials?sweepId=${this.id}&limit=500`,
    )
    assert.deepEqual(
      items.map(({ number }) => number).toSorted((a, b) => a - b),
      Array.from({ length: TRIALS }, (_, number) => number),
    )
    let attempts = 0
    for (const { id } of items) {
      const { number, history, score, attemptHistory } = await this.stack.request<Trial>(
        'GET',
        `/trials/${id}`,
      )
      const epochs = Array.from({ length: EPOCHS }, (_, index) => index + 1)
      assert.deepEqual(
        history.map(({ epoch }) => epoch),
        epochs,
        `epochs of trial ${number}`,
      )
      assert.ok(score, `trial ${number} has no score`)
      const ends = attemptHistory.map(({ outcome }) => outcome)
      assert.equal(ends.filter((end) => end === 'completed').length, 1, `trial ${number}: ${ends}`)
      attempts += attemptHistory.length
    }
    return attempts
  }

  #get(): Promise<Sweep> {
    return this.stack.request('GET', `/sweeps/${this.id}`)
  }
}
