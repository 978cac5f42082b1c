import { Worker } from 'node:worker_threads'

/** The file descriptor on which a training process hears how long its GPU is leased: a number of milliseconds per line. */
export const LEASE_FD = 4

/**
 * Kills this process when its GPU's lease has ended, or its worker. In a thread, because the main one may be busy in a
 * driver for as long as it likes, and because a worker that is itself stopped cannot do it.
 */
export function startLeaseWatchdog(validUntilMs: number): void {
  const thread = new Worker(new URL('./lease-watchdog-thread.js', import.meta.url), {
    workerData: validUntilMs,
  })
  thread.unref()
}
