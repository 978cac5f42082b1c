import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { startReconciling } from '@sweepd/scheduler'
import type { Logger } from 'pino'
import { type AttemptContext, attemptTrial } from './attempt-trial.js'
import type { Dependencies } from './dependencies.js'
import type { Env } from './env.js'
import { Slot } from './slot.js'

/** A worker that takes jobs until it is stopped. */
export interface Worker {
  readonly id: string
  readonly slots: number
  /** Takes no more jobs and lets running trials finish; those that do not within the timeout are given back. */
  drain(timeoutMs: number): Promise<void>
  /** Gives running trials back at once. */
  release(): void
}

/** Starts the slots and begins to take jobs. */
export async function startWorker(dependencies: Dependencies, env: Env, logger: Logger): Promise<Worker> {
  const id = `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`
  const log = logger.child({ workerId: id })
  const retryPolicy = { maxAttempts: env.MAX_ATTEMPTS, backoffMs: env.RETRY_BACKOFF_MS }
  const context: AttemptContext = {
    ports: dependencies,
    worker: {
      id,
      host: hostname(),
      device: 'cpu',
      engine: 'onnx',
      slots: env.WORKER_SLOTS,
      version: '0.1.0',
      pid: process.pid,
    },
    leaseMs: env.LEASE_MS,
    retryPolicy,
    log,
  }
  const location = { dataDir: env.SWEEPD_DATA_DIR, fashionMnistDir: env.FASHION_MNIST_DIR }
  const slots = Array.from({ length: env.WORKER_SLOTS }, () => new Slot(location))
  for (const slot of slots) slot.warmUp()

  const free = [...slots]
  const giveBack = new AbortController()
  const consumer = await dependencies.openConsumer(
    slots.length,
    (err) => log.warn({ err }, 'queue fault'),
    async (job, signal) => {
      const slot = free.pop()
      if (slot === undefined) throw new Error('more jobs at once than slots')
      try {
        await attemptTrial(context, slot, job, AbortSignal.any([signal, giveBack.signal]))
      } finally {
        free.push(slot)
      }
    },
  )
  const reconciling = startReconciling(dependencies, env.RECONCILE_INTERVAL_MS, log)
  log.info({ slots: slots.length }, 'worker ready')
  return {
    id,
    slots: slots.length,
    release: () => giveBack.abort(new Error('the worker is leaving')),
    async drain(timeoutMs) {
      const closed = consumer.close()
      const timer = new AbortController()
      await Promise.race([closed, sleep(timeoutMs, undefined, timer).catch(() => {})])
      timer.abort()
      giveBack.abort(new Error('the worker is leaving'))
      await closed
      await reconciling.stop()
      await Promise.all(slots.map((slot) => slot.close()))
    },
  }
}
