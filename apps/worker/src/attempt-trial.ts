import { setTimeout as sleep } from 'node:timers/promises'
import {
  type ClaimedTrial,
  type Fence,
  failTrial,
  finishTrial,
  type NewWorker,
  type RetryPolicy,
  releaseTrial,
  reportEpoch,
  type SchedulerPorts,
  startTrial,
} from '@sweepd/scheduler'
import type { Logger } from 'pino'
import type { AttemptEnd, Slot } from './slot.js'

export interface AttemptContext {
  readonly ports: SchedulerPorts
  readonly worker: NewWorker
  readonly leaseMs: number
  readonly retryPolicy: RetryPolicy
  readonly log: Logger
}

const FIRST_RETRY_MS = 100
const LAST_RETRY_MS = 2000

/** Takes one job from claim to end: claims the trial, trains it in the slot, stores each epoch and the outcome. */
export async function attemptTrial(
  context: AttemptContext,
  slot: Slot,
  job: Fence,
  signal: AbortSignal,
): Promise<void> {
  const { ports, worker, leaseMs } = context
  const trial = await persist(context, () => startTrial(ports, { workerId: worker.id, leaseMs }))
  if (trial === undefined) return context.log.info({ ...job }, 'no trial to start; job dropped')
  const log = context.log.child({ trialId: trial.trialId, attempt: trial.attempt })
  log.info({ number: trial.number, hyperparameters: trial.hyperparameters }, 'trial started')

  const lost = new AbortController()
  const heartbeat = keepLease(context, trial, lost)
  try {
    const end = await slot.train(trial, {
      onEpoch: (metrics) => persist(context, () => reportEpoch(ports, trial, metrics, undefined, leaseMs)),
      onProgress: (message) => log.info({ detail: message }, 'data set'),
      signal: AbortSignal.any([signal, lost.signal]),
    })
    await conclude({ ...context, log }, trial, end)
  } finally {
    clearInterval(heartbeat)
  }
}

async function conclude(context: AttemptContext, trial: ClaimedTrial, end: AttemptEnd): Promise<void> {
  const { ports, retryPolicy, log } = context
  switch (end.type) {
    case 'finished': {
      const isAccepted = await persist(context, () => finishTrial(ports, trial, end.score, end.kept))
      const { test_acc, test_loss } = end.score
      return isAccepted
        ? log.info({ test_acc, test_loss }, 'trial completed')
        : log.warn('late result refused')
    }
    case 'failed': {
      const outcome = await persist(context, () => failTrial(ports, trial, end.error, retryPolicy))
      return log.warn({ error: end.error, outcome }, 'attempt failed')
    }
    case 'aborted': {
      const isReleased = await persist(context, () => releaseTrial(ports, trial))
      return log.info({ isReleased }, 'attempt given back')
    }
  }
}

/** Renews the lease until cleared; aborts the attempt when it is no longer this worker's. */
function keepLease(
  { ports, worker, leaseMs, log }: AttemptContext,
  trial: Fence,
  lost: AbortController,
): NodeJS.Timeout {
  return setInterval(() => {
    ports.store.beat({ worker, leaseMs, attempts: [trial] }).then(
      (answer) => {
        if (answer.lost.length > 0) lost.abort(new Error('the attempt is no longer the trial’s'))
      },
      (err: unknown) => log.warn({ err, ...trial }, 'lease not renewed; tried again shortly'),
    )
  }, leaseMs / 3)
}

/**
 * Repeats an operation of the store while it cannot be reached, for as long as the lease may last. Each is safe to
 * repeat. Beyond that the trial is another worker's, and the last error is thrown.
 */
async function persist<T>({ leaseMs, log }: AttemptContext, operation: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + leaseMs
  for (let delayMs = FIRST_RETRY_MS; ; delayMs = Math.min(2 * delayMs, LAST_RETRY_MS)) {
    try {
      return await operation()
    } catch (err) {
      if (performance.now() + delayMs > deadline) throw err
      log.warn({ err, delayMs }, 'store not reached; tried again')
      await sleep(delayMs)
    }
  }
}
