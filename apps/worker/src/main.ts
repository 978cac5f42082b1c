import { EnvironmentError } from '@sweepd/core'
import { EmbeddedPostgresError } from '@sweepd/embedded'
import { EngineUnavailableError } from '@sweepd/model'
import { CleanUp, type RunningService, runService } from '@sweepd/process'
import { QueueError } from '@sweepd/queue'
import { type Logger, pino } from 'pino'
import { openDependencies } from './dependencies.js'
import { type Env, parseEnv } from './env.js'
import { selectChildEnvironment } from './training/child-environment.js'
import { startWorker } from './worker.js'

/** How long a worker without a parent, whose database may have died with it, tries to give its trials back. */
const ORPHAN_DEADLINE_MS = 3000

/**
 * The first signal drains, as an operator's request does: running trials go back at the end of their epoch. A second one
 * gives them back at once. If the process ends before they are taken back, their leases run out, which does the same.
 */
runService([EnvironmentError, EmbeddedPostgresError, EngineUnavailableError, QueueError], () => {
  const env = parseEnv(process.env)
  const childEnvironment = selectChildEnvironment(process.env)
  const log = pino({ level: env.LOG_LEVEL })
  return {
    log,
    start: () => start(env, childEnvironment, log),
    orphanDeadlineMs: ORPHAN_DEADLINE_MS,
    signalExitCode: env.SIGNAL_EXIT_CODE,
  }
})

function start(env: Env, childEnvironment: NodeJS.ProcessEnv, log: Logger): Promise<RunningService> {
  const cleanUp = new CleanUp()
  return cleanUp.guard(async () => {
    const dependencies = await openDependencies(env)
    cleanUp.add(() => dependencies.close())
    const worker = await startWorker(dependencies, env, childEnvironment, log)
    const stop = async () => {
      await worker.drain(env.DRAIN_TIMEOUT_MS)
      await cleanUp.run()
    }
    return {
      ready: { workerId: worker.id, slots: worker.slots },
      endRequested: worker.endRequested,
      stop,
      hurry: () => worker.release(),
    }
  })
}
