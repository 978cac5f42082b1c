import { randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { chooseEngine } from '@sweepd/model'
import { type NewWorker, type ProcessTrialJob, requestDrain, startReconciling } from '@sweepd/scheduler'
import type { Logger } from 'pino'
import { AloneGate } from './attempt/alone-gate.js'
import { attemptTrial } from './attempt/attempt-trial.js'
import { AttemptsInHand } from './attempt/attempts-in-hand.js'
import type { Dependencies } from './dependencies.js'
import type { Env } from './env.js'
import { startHeartbeat } from './heartbeat.js'
import { stopWith } from './training/child-attempt.js'
import { Slot } from './training/slot.js'

const { version: VERSION } = createRequire(import.meta.url)('../package.json') as { version: string }

/** A worker that takes trials until it is stopped. */
export interface Worker {
  readonly id: string
  readonly slots: number
  /** Resolves when an operator asks this worker to drain. */
  readonly drainRequested: Promise<void>
  /**
   * Takes no more trials and gives each one that runs back at the end of its epoch, or once the time is over without
   * waiting for that. Resolves when all are given back and the worker has signed off.
   */
  drain(timeoutMs: number): Promise<void>
  /** Gives running trials back at once. */
  release(): void
}

/** Starts the slots, registers the worker, and begins to take trials. */
export async function startWorker(
  dependencies: Dependencies,
  env: Env,
  childEnvironment: NodeJS.ProcessEnv,
  logger: Logger,
): Promise<Worker> {
  const engine = await chooseEngine(env.ENGINE, {
    environment: childEnvironment,
    enginesDir: resolve(env.SWEEPD_ENGINES_DIR),
  })
  logger.info({ engine: engine.name, device: engine.device, reason: engine.sentence }, 'engine chosen')
  const location = { dataDir: env.SWEEPD_DATA_DIR, fashionMnistDir: env.FASHION_MNIST_DIR }
  const slots = Array.from(
    { length: env.WORKER_SLOTS },
    () =>
      new Slot({
        ...{ location, engine, environment: childEnvironment, silenceMs: env.CHILD_SILENCE_MS },
        onRemark: (line) => logger.debug({ line }, 'TensorFlow remarked'),
      }),
  )
  const worker = await describeWorker(slots)
  const { id } = worker
  const log = logger.child({ workerId: id })
  const [draining, leaving] = [new AbortController(), new AbortController()]
  const shared = { ports: dependencies, leaseMs: env.LEASE_MS, attempts: new AttemptsInHand(), log }
  const context = {
    ...shared,
    workerId: id,
    retryPolicy: { maxAttempts: env.MAX_ATTEMPTS, backoffMs: env.RETRY_BACKOFF_MS },
    checkpointIntervalMs: env.CHECKPOINT_INTERVAL_MS,
    gate: new AloneGate(),
    draining: draining.signal,
    leaving: leaving.signal,
  }
  await dependencies.store.registerWorker(worker, env.LEASE_MS)
  const consumer = await dependencies.openConsumer(
    slots.length,
    (err) => log.warn({ err }, 'queue fault'),
    shareOut(slots, (slot) => attemptTrial(context, slot)),
  )
  let onDrainRequested = () => {}
  const drainRequested = new Promise<void>((resolve) => {
    // A worker that drains by itself has said so to the store, which repeats it with each beat.
    onDrainRequested = () => draining.signal.aborted || resolve()
  })
  const heartbeat = startHeartbeat({
    ...shared,
    worker,
    intervalMs: env.HEARTBEAT_MS,
    file: env.HEARTBEAT_FILE,
    onDrainRequested,
  })
  const reconciling = startReconciling(dependencies, env.RECONCILE_INTERVAL_MS, log)
  log.info(worker, 'worker ready')
  return {
    id,
    slots: slots.length,
    drainRequested,
    release: () => {
      stopWith(draining, 'leaving')
      stopWith(leaving, 'leaving')
    },
    async drain(timeoutMs) {
      stopWith(draining, 'leaving')
      // For people to see: GET /workers then says so.
      requestDrain(dependencies, id).catch((err) => log.warn({ err }, 'drain not shown'))
      const deadline = setTimeout(() => stopWith(leaving, 'leaving'), timeoutMs)
      await consumer.close()
      clearTimeout(deadline)
      await reconciling.stop()
      await heartbeat.stop()
      await dependencies.store.deregisterWorker(id).catch((err) => log.warn({ err }, 'worker not signed off'))
      await Promise.all(slots.map((slot) => slot.close()))
    },
  }
}

/** Starts all slots, and tells what the first of them trains with: they are alike. */
async function describeWorker(slots: readonly Slot[]): Promise<NewWorker> {
  const [trainer] = await Promise.all(slots.map((slot) => slot.warmUp()))
  if (trainer === undefined) throw new Error('a worker has at least one slot')
  const host = hostname()
  return {
    id: `${host}-${process.pid}-${randomUUID().slice(0, 8)}`,
    host,
    pid: process.pid,
    ...trainer,
    slots: slots.length,
    version: VERSION,
  }
}

/**
 * Gives each job a free slot. What the job names is of no interest: it only invites to claim. For the same reason a job
 * that the queue has lost or given to another is no reason to stop: the store decides whose a trial is.
 */
function shareOut(slots: readonly Slot[], work: (slot: Slot) => Promise<void>): ProcessTrialJob {
  const free = [...slots]
  return async () => {
    const slot = free.pop()
    if (slot === undefined) throw new Error('more jobs at once than slots')
    try {
      await work(slot)
    } finally {
      free.push(slot)
    }
  }
}
