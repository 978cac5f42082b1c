import { setTimeout as sleep } from 'node:timers/promises'
import { EnvironmentError, UnavailableError } from '@sweepd/core'
import { EmbeddedPostgresError } from '@sweepd/embedded'
import { CleanUp, type RunningService, runService } from '@sweepd/process'
import { QueueError } from '@sweepd/queue'
import { startReconciling } from '@sweepd/scheduler'
import { type Logger, pino } from 'pino'
import { buildApp } from './app.js'
import { openDependencies } from './dependencies.js'
import { type Env, parseEnv } from './env.js'
import { explainListenError, ListenError } from './explain-listen-error.js'
import { warmUp } from './warm-up.js'

/** Longer than any request takes; what has not ended by then is cut off. */
const CLOSE_DEADLINE_MS = 15_000

/** A busy machine may need seconds for its first connections; requests are refused sooner than that. */
const FIRST_ANSWER_MS = 15_000

runService([EnvironmentError, EmbeddedPostgresError, QueueError, ListenError], () => {
  const env = parseEnv(process.env)
  const log = pino({ level: env.LOG_LEVEL })
  return {
    log,
    start: () => startApi(env, log),
    stopDeadlineMs: CLOSE_DEADLINE_MS,
    orphanDeadlineMs: CLOSE_DEADLINE_MS,
  }
})

function startApi(env: Env, logger: Logger): Promise<RunningService> {
  const cleanUp = new CleanUp()
  return cleanUp.guard(async () => {
    const dependencies = await openDependencies(env)
    cleanUp.add(() => dependencies.close())
    const app = await buildApp({ ...dependencies, env, logger })
    cleanUp.add(() => app.close())
    await Promise.all([untilAvailable(() => warmUp(dependencies)), dependencies.queue.ping()])
    const url = await app.listen({ port: env.PORT, host: env.HOST }).catch((error: unknown) => {
      throw explainListenError(error, env)
    })
    const reconciling = startReconciling(dependencies, env.RECONCILE_INTERVAL_MS, logger)
    const stop = async () => {
      await app.close()
      await reconciling.stop()
      await cleanUp.run()
    }
    return { ready: { url }, stop }
  })
}

async function untilAvailable(ask: () => Promise<void>): Promise<void> {
  const deadline = performance.now() + FIRST_ANSWER_MS
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof UnavailableError) || performance.now() > deadline) throw error
    }
    await sleep(250)
  }
}
