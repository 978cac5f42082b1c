import { writeFile } from 'node:fs/promises'
import { type NewWorker, type Repetition, repeatUntilStopped, type SchedulerPorts } from '@sweepd/scheduler'
import type { Logger } from 'pino'
import type { AttemptsInHand } from './attempt/attempts-in-hand.js'

export interface HeartbeatOptions {
  readonly ports: SchedulerPorts
  readonly worker: NewWorker
  readonly attempts: AttemptsInHand
  readonly intervalMs: number
  readonly leaseMs: number
  /** Written after each beat that the store has taken, so that a health check can read its age. */
  readonly file: string | undefined
  /** Called with each beat after which this worker is asked to drain. */
  readonly onDrainRequested: () => void
  readonly log: Logger
}

/**
 * Beats at an interval: renews the leases of all attempts at once, stops those that no longer belong to this worker, and
 * learns whether to drain. Keeps trying while the store is unreachable: only the store can tell, once it is back, whether
 * a lease was lost.
 */
export function startHeartbeat(options: HeartbeatOptions): Repetition {
  const { intervalMs, file, log } = options
  let isOut = false
  return repeatUntilStopped(async () => {
    try {
      await beatOnce(options)
      if (file !== undefined)
        await writeFile(file, '').catch((err) => log.warn({ err }, 'HEARTBEAT_FILE not written'))
      if (isOut) log.info('heartbeat resumed')
      isOut = false
    } catch (err) {
      if (!isOut) log.warn({ err }, 'heartbeat failed; retrying until the store responds')
      isOut = true
    }
  }, intervalMs)
}

async function beatOnce({ ports, worker, attempts, leaseMs, onDrainRequested }: HeartbeatOptions) {
  const { lost, drain } = await ports.store.beat({ worker, leaseMs, attempts: attempts.list() })
  attempts.lose(lost)
  if (drain) onDrainRequested()
}
