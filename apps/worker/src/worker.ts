import { randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import { availableParallelism, hostname } from 'node:os'
import { resolve } from 'node:path'
import { chooseEngine, type EngineChoice, type Gpu } from '@sweepd/model'
import { type NewWorker, requestDrain, startReconciling } from '@sweepd/scheduler'
import type { Logger } from 'pino'
import { AloneGate } from './attempt/alone-gate.js'
import { attemptTrial } from './attempt/attempt-trial.js'
import { AttemptsInHand } from './attempt/attempts-in-hand.js'
import type { Dependencies } from './dependencies.js'
import type { Env } from './env.js'
import { findGpus } from './gpus/find-gpus.js'
import { startHeartbeat } from './heartbeat.js'
import { watchIdleness } from './idle-watch.js'
import { FixedSlots } from './slots/fixed-slots.js'
import { type GpuSlotSettings, GpuSlots } from './slots/gpu-slots.js'
import type { SlotSettings, WorkerSlots } from './slots/worker-slots.js'
import { stopWith } from './training/child-attempt.js'
import type { TrainerInfo } from './training/messages.js'
import { Slot } from './training/slot.js'

const { version: VERSION } = createRequire(import.meta.url)('../package.json') as { version: string }

/** A worker that takes trials until it is stopped. */
export interface Worker {
  readonly id: string
  readonly slots: number
  /** Resolves, with the reason, when this worker should drain: an operator asked for it, or it is idle. */
  readonly endRequested: Promise<string>
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
  const gpus = await findGpus(engine, env, childEnvironment, logger)
  const host = hostname()
  const id = `${host}-${process.pid}-${randomUUID().slice(0, 8)}`
  const log = logger.child({ workerId: id })
  const [draining, leaving] = [new AbortController(), new AbortController()]
  const shared = { ports: dependencies, leaseMs: env.LEASE_MS, attempts: new AttemptsInHand(), log }
  const context = {
    ...shared,
    workerId: id,
    retryPolicy: { maxAttempts: env.MAX_ATTEMPTS, backoffMs: env.RETRY_BACKOFF_MS },
    keepModels: env.KEEP_MODELS,
    gate: new AloneGate(),
    checkpointIntervalMs: env.CHECKPOINT_INTERVAL_MS,
    cache: { dataDir: env.SWEEPD_DATA_DIR, limitBytes: env.DATASET_CACHE_BYTES },
  }
  const settings: SlotSettings = {
    createSlot: (lease) =>
      new Slot({
        location: { dataDir: env.SWEEPD_DATA_DIR, fashionMnistDir: env.FASHION_MNIST_DIR },
        engine,
        environment: childEnvironment,
        silenceMs: env.CHILD_SILENCE_MS,
        withModels: env.KEEP_MODELS > 0,
        onRemark: (line) => logger.debug({ line }, 'TensorFlow remarked'),
        lease,
      }),
    work: (slot, ending = never) =>
      attemptTrial(
        {
          ...context,
          draining: AbortSignal.any([draining.signal, ending]),
          leaving: AbortSignal.any([leaving.signal, ending]),
        },
        slot,
      ),
    openConsumer: (concurrency, process) =>
      dependencies.openConsumer(concurrency, (err) => log.warn({ err }, 'queue fault'), process),
    log,
  }
  const { slots, trainer, open } = await prepareSlots(settings, env, engine, gpus, {
    store: dependencies.store,
    workerId: id,
  })
  const describeWorker = (): NewWorker => {
    return { id, host, pid: process.pid, ...trainer, ...slots.describe(), version: VERSION }
  }
  await dependencies.store.registerWorker(describeWorker(), env.LEASE_MS)
  await open()
  let onDrainRequested = () => {}
  const drainRequested = new Promise<string>((resolve) => {
    // A worker that drains by itself has said so to the store, which repeats it with each beat.
    onDrainRequested = () => draining.signal.aborted || resolve('an operator asked for it')
  })
  const idleness = watchIdleness(env.WORKER_EXIT_WHEN_IDLE, () => shared.attempts.list().length > 0)
  const heartbeat = startHeartbeat({
    ...shared,
    describeWorker,
    slots,
    intervalMs: env.HEARTBEAT_MS,
    file: env.HEARTBEAT_FILE,
    onDrainRequested,
  })
  const reconciling = startReconciling(dependencies, env.RECONCILE_INTERVAL_MS, log)
  log.info(describeWorker(), 'worker ready')
  return {
    id,
    slots: slots.wanted,
    endRequested: Promise.race([drainRequested, idleness.isIdle]),
    release: () => {
      stopWith(draining, 'leaving')
      stopWith(leaving, 'leaving')
    },
    async drain(timeoutMs) {
      idleness.stop()
      stopWith(draining, 'leaving')
      // For people to see: GET /workers then says so.
      requestDrain(dependencies, id).catch((err) => log.warn({ err }, 'drain not shown'))
      const deadline = setTimeout(() => stopWith(leaving, 'leaving'), timeoutMs)
      await slots.drain()
      clearTimeout(deadline)
      await reconciling.stop()
      // Before the heartbeat ends, and GPUs are freed: no process may use them longer than that.
      await slots.close()
      await heartbeat.stop()
      await dependencies.store.deregisterWorker(id).catch((err) => log.warn({ err }, 'worker not signed off'))
    },
  }
}

const never = new AbortController().signal

/** The slots, warm on the CPU, and how they begin to take jobs. */
async function prepareSlots(
  settings: SlotSettings,
  env: Env,
  engine: EngineChoice,
  gpus: readonly Gpu[] | undefined,
  holder: Pick<GpuSlotSettings, 'store' | 'workerId'>,
): Promise<{ slots: WorkerSlots; trainer: TrainerInfo; open: () => Promise<void> | void }> {
  const {
    WORKER_SLOTS: asked,
    SLOTS_PER_GPU: sharesPerGpu,
    LEASE_MS: leaseMs,
    HEARTBEAT_MS: intervalMs,
  } = env
  if (gpus !== undefined) {
    const lanes = { ...settings, ...holder, gpus, sharesPerGpu, leaseMs, intervalMs }
    const slots = new GpuSlots(lanes, asked ?? gpus.length * sharesPerGpu)
    return { slots, trainer: { engine: engine.name, device: engine.device }, open: () => slots.open() }
  }
  const isOnGpu = engine.kind === 'cuda' || engine.kind === 'webgpu'
  const slots = new FixedSlots(settings, asked ?? (isOnGpu ? sharesPerGpu : availableParallelism()))
  return { slots, trainer: await slots.warmUp(), open: () => slots.open() }
}
