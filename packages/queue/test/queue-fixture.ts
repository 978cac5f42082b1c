import type { TestServer } from '@sweepd/testing'
import type { QueueConnection } from '../src/index.js'

/** A server for the queue, and what may happen to it. */
export interface QueueFixture {
  readonly server: TestServer
  readonly connection: QueueConnection
  /** Makes the server as good as new. */
  wipe(): Promise<void>
  /** Loses all jobs, also those being processed, while queue and consumers are open. */
  loseJobs(): Promise<void>
}

/** Dead consumers are noticed soon, so that tests need not wait half a minute. */
export const QUICK = { lockDurationMs: 1_000, stalledIntervalMs: 500 } as const

/** Jobs of trials with these ids. */
export function jobsOf(...trialIds: readonly string[]) {
  return trialIds.map((trialId) => ({ trialId, attempt: 1 }))
}

/** Ids of `count` trials: trial-0, trial-1… */
export function trialIds(count: number): string[] {
  return Array.from({ length: count }, (_, number) => `trial-${number}`)
}
