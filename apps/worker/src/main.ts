import { EnvironmentError } from '@sweepd/core'
import { EmbeddedPostgresError } from '@sweepd/embedded'
import { EngineUnavailableError } from '@sweepd/model'
import { QueueError } from '@sweepd/queue'
import { type Logger, pino } from 'pino'
import { openDependencies } from './dependencies.js'
import { type Env, parseEnv } from './env.js'
import { startWorker, type Worker } from './worker.js'

/** How long a worker without a parent tries to give its trials back, in milliseconds. */
const ORPHAN_DEADLINE_MS = 3000

interface Service {
  readonly worker: Worker
  close(): Promise<void>
}

async function startService(env: Env, logger: Logger): Promise<Service> {
  const dependencies = await openDependencies(env)
  try {
    const worker = await startWorker(dependencies, env, logger)
    const close = async () => {
      await worker.drain(env.DRAIN_TIMEOUT_MS)
      await dependencies.close()
    }
    return { worker, close }
  } catch (error) {
    await dependencies.close()
    throw error
  }
}

/**
 * The first signal drains, as an operator's request does: running trials go back at the end of their epoch. A second one
 * gives them back at once, and so does the death of a parent, whose database may have died with it; then, or with a
 * third, the process ends even if nobody takes them back: their leases run out, and that brings them back.
 */
function stopOnRequest(starting: Promise<Service>, logger: Logger): void {
  let [isStopping, signals] = [false, 0]
  const stop = async (reason: string, { isUrgent = false } = {}) => {
    const isFirst = !isStopping
    isStopping = true
    logger.info({ reason }, isUrgent ? 'giving trials back' : 'draining')
    const service = await starting
    if (isUrgent) service.worker.release()
    if (!isFirst) return
    await service.close()
    logger.info('stopped')
    process.exit(0)
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      signals += 1
      if (signals > 2) process.exit(1)
      void stop(signal, { isUrgent: signals > 1 }).catch(exitWithError)
    })
  process.on('disconnect', () => {
    setTimeout(() => process.exit(1), ORPHAN_DEADLINE_MS).unref()
    void stop('the parent process is gone', { isUrgent: true }).catch(exitWithError)
  })
  const drainOnRequest = async ({ worker }: Service) => {
    await worker.drainRequested
    await stop('an operator asked for it')
  }
  // A service that does not start is told of by `main`.
  starting.then(drainOnRequest, () => {}).catch(exitWithError)
}

/** These errors carry the remedy in their message; for others the stack says more. */
const EXPLAINED = [EnvironmentError, EmbeddedPostgresError, EngineUnavailableError, QueueError]

function exitWithError(error: unknown): never {
  const isExplained = EXPLAINED.some((kind) => error instanceof kind)
  const text = error instanceof Error ? (isExplained ? error.message : error.stack) : String(error)
  process.stderr.write(`${text}\n`)
  process.exit(1)
}

async function main(): Promise<void> {
  const env = parseEnv(process.env)
  const logger = pino({ level: env.LOG_LEVEL })
  const starting = startService(env, logger)
  stopOnRequest(starting, logger)
  const { worker } = await starting
  process.send?.({ type: 'ready', workerId: worker.id, slots: worker.slots })
}

main().catch(exitWithError)
