import { writeFile } from 'node:fs/promises'
import { type NewWorker, type Repetition, repeatUntilStopped, type SchedulerPorts } from '@sweepd/scheduler'
import type { Logger } from 'pino'
import type { AttemptsInHand } from './attempt/attempts-in-hand.js'
import { machineTimeMs } from './gpus/gpu-lease.js'
import type { WorkerSlots } from './slots/worker-slots.js'

export interface HeartbeatOptions {
  readonly ports: SchedulerPorts
  /** The worker as it is now. */
  readonly describeWorker: () => NewWorker
  readonly slots: Pick<WorkerSlots, 'listGpus' | 'noteRenewal'>
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
 * Beats at an interval: renews the leases of all attempts and GPUs at once, stops those that no longer belong to this worker, and
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

async function beatOnce(options: HeartbeatOptions) {
  const { ports, describeWorker, slots, attempts, leaseMs, onDrainRequested } = options
  const gpus = slots.listGpus()
  const sentAtMs = machineTimeMs()
  const beat = { worker: describeWorker(), leaseMs, attempts: attempts.list(), gpus }
  const { lost, lostGpus, drain } = await ports.store.beat(beat)
  attempts.lose(lost)
  slots.noteRenewal(sentAtMs, gpus, lostGpus)
  if (drain) onDrainRequested()
}
