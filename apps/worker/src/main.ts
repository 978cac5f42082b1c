import { EnvironmentError } from '@sweepd/core'
import { type Logger, pino } from 'pino'
import { openDependencies } from './dependencies.js'
import { type Env, parseEnv } from './env.js'
import { startWorker, type Worker } from './worker.js'

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
 * The first signal, or a parent that is gone, drains: running trials may finish. A second signal gives them back
 * at once; a third ends the process as it stands, and their leases bring the trials back.
 */
function stopOnRequest(starting: Promise<Service>, logger: Logger): void {
  let requests = 0
  const stop = (reason: string) => async () => {
    requests++
    logger.info({ reason, requests }, requests === 1 ? 'draining' : 'leaving at once')
    if (requests > 2) process.exit(1)
    const service = await starting
    if (requests > 1) return service.worker.release()
    await service.close()
    logger.info('stopped')
    process.exit(0)
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop(signal))
  process.on('disconnect', stop('the parent process is gone'))
}

async function main(): Promise<void> {
  const env = parseEnv(process.env)
  const logger = pino({ level: env.LOG_LEVEL })
  const starting = startService(env, logger)
  stopOnRequest(starting, logger)
  const { worker } = await starting
  process.send?.({ type: 'ready', workerId: worker.id, slots: worker.slots })
}

main().catch((error: unknown) => {
  const text =
    error instanceof EnvironmentError ? error.message : error instanceof Error ? error.stack : error
  process.stderr.write(`${text}\n`)
  process.exit(1)
})
