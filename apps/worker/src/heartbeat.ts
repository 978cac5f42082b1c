import { type NewWorker, type Repetition, repeatUntilStopped, type SchedulerPorts } from '@sweepd/scheduler'
import type { Logger } from 'pino'
import type { AttemptsInHand } from './attempt/attempts-in-hand.js'

export interface HeartbeatOptions {
  readonly ports: SchedulerPorts
  readonly worker: NewWorker
  readonly attempts: AttemptsInHand
  readonly intervalMs: number
  readonly leaseMs: number
  /** Called with each beat after which this worker is asked to drain. */
  readonly onDrainRequested: () => void
  readonly log: Logger
}

/**
 * One beat after the other: renews the leases of all attempts at once, stops those that are no longer this worker's,
 * and learns whether it is to drain. Goes on while the store is away: whether a lease was lost over it, only the store
 * can tell, when it is back.
 */
export function startHeartbeat(options: HeartbeatOptions): Repetition {
  const { intervalMs, log } = options
  let isOut = false
  return repeatUntilStopped(async () => {
    try {
      await beatOnce(options)
      if (isOut) log.info('heartbeat goes on')
      isOut = false
    } catch (err) {
      if (!isOut) log.warn({ err }, 'heartbeat failed; tried again until the store answers')
      isOut = true
    }
  }, intervalMs)
}

async function beatOnce({ ports, worker, attempts, leaseMs, onDrainRequested }: HeartbeatOptions) {
  const { lost, drain } = await ports.store.beat({ worker, leaseMs, attempts: attempts.list() })
  attempts.lose(lost)
  if (drain) onDrainRequested()
}
