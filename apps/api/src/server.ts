import { EnvironmentError } from '@sweepd/core'
import { EmbeddedPostgresError } from '@sweepd/embedded'
import { QueueError } from '@sweepd/queue'
import { startReconciling } from '@sweepd/scheduler'
import { type Logger, pino } from 'pino'
import { buildApp } from './app.js'
import { openDependencies } from './dependencies.js'
import { type Env, parseEnv } from './env.js'
import { explainListenError, ListenError } from './explain-listen-error.js'

/** Longer than any request takes; what has not ended by then is cut off. */
const CLOSE_DEADLINE_MS = 15_000

interface Service {
  readonly url: string
  /** Finishes the requests in hand, then lets go of everything. */
  close(): Promise<void>
}

async function startService(env: Env, logger: Logger): Promise<Service> {
  const dependencies = await openDependencies(env)
  const app = await buildApp({ ...dependencies, env, logger })
  try {
    await Promise.all([dependencies.store.ping(), dependencies.queue.ping()])
    const url = await app.listen({ port: env.PORT, host: env.HOST })
    const reconciling = startReconciling(dependencies, env.RECONCILE_INTERVAL_MS, logger)
    const close = async () => {
      await app.close()
      await reconciling.stop()
      await dependencies.close()
    }
    return { url, close }
  } catch (error) {
    await app.close()
    await dependencies.close()
    throw explainListenError(error, env)
  }
}

/** Stops once: at the first signal, or when a parent with an IPC channel is gone; also while it still starts. */
function stopOnRequest(starting: Promise<Service>, logger: Logger): void {
  let isStopping = false
  const stop = async (reason: string) => {
    if (isStopping) return
    isStopping = true
    logger.info({ reason }, 'stopping')
    setTimeout(() => process.exit(1), CLOSE_DEADLINE_MS).unref()
    await (await starting).close()
    logger.info('stopped')
    process.exit(0)
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => void stop(signal).catch(exitWithError))
  process.on('disconnect', () => void stop('the parent process is gone').catch(exitWithError))
}

/** These errors carry the remedy in their message; for others the stack says more. */
const EXPLAINED = [EnvironmentError, EmbeddedPostgresError, QueueError, ListenError]

function exitWithError(error: unknown): never {
  const isExplained = EXPLAINED.some((kind) => error instanceof kind)
  const { message, stack } = error instanceof Error ? error : new Error(String(error))
  process.stderr.write(`${isExplained ? message : stack}\n`)
  process.exit(1)
}

async function main(): Promise<void> {
  const env = parseEnv(process.env)
  const logger = pino({ level: env.LOG_LEVEL })
  const starting = startService(env, logger)
  stopOnRequest(starting, logger)
  logger.info('starting')
  const { url } = await starting
  if (process.connected) process.send?.({ type: 'ready', url })
}

main().catch(exitWithError)
