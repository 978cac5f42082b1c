/** A service that has started. */
export interface RunningService {
  /** What a parent process with an IPC channel is told, besides `type: 'ready'`. */
  readonly ready: object
  /** Resolves, with the reason, if the service itself wants to end. */
  readonly endRequested?: Promise<string>
  /** Finishes what is in hand, then lets go of everything. */
  stop(): Promise<void>
  /** Makes `stop`, which is called before or right after, take as little time as possible. */
  hurry?(): void
}

/** How a service starts, and how long it may take to end. */
export interface ServiceOptions {
  readonly start: () => Promise<RunningService>
  readonly log: { info(fields: object, message: string): void }
  /** The process exits with code 1 if it has not stopped by then. Undefined: it may take as long as it likes. */
  readonly stopDeadlineMs?: number
  /** The same for a process whose parent has died. */
  readonly orphanDeadlineMs: number
  /** Exit code after a signal, if all went well; default 0, which is always the code if the service itself wanted to end. */
  readonly signalExitCode?: number
}

type ErrorClass = abstract new (...args: never[]) => Error

/** SIGHUP comes when the terminal closes or the connection to it breaks. */
const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const

/**
 * Runs a service until a signal, the end of the parent process or the service itself ends it; also while it still
 * starts. The first signal stops it in order, the second makes it hurry, and the third ends the process at once, and so
 * does a deadline. The end of a parent counts as the first two signals.
 *
 * Errors of the `explained` classes carry the remedy, so that only their message is printed; others come with the stack.
 */
export function runService(explained: readonly ErrorClass[], describe: () => ServiceOptions): void {
  const exitWithError = (error: unknown): never => {
    const isExplained = explained.some((kind) => error instanceof kind)
    const { message, stack } = error instanceof Error ? error : new Error(String(error))
    process.stderr.write(`${isExplained ? message : stack}\n`)
    process.exit(1)
  }
  try {
    run(describe(), exitWithError)
  } catch (error) {
    exitWithError(error)
  }
}

function run(options: ServiceOptions, exitWithError: (error: unknown) => never): void {
  const { log, stopDeadlineMs, orphanDeadlineMs, signalExitCode = 0 } = options
  let isStopping = false
  let signals = 0

  async function stop(
    reason: string,
    { isUrgent = false, deadlineMs = stopDeadlineMs, exitCode = 0 } = {},
  ): Promise<void> {
    const isFirst = !isStopping
    if (!isFirst && !isUrgent) return
    isStopping = true
    if (deadlineMs !== undefined) setTimeout(() => process.exit(1), deadlineMs).unref()
    log.info({ reason }, isUrgent ? 'stopping at once' : 'stopping')
    const service = await starting
    if (isUrgent) service.hurry?.()
    if (!isFirst) return
    await service.stop()
    log.info({ reason }, 'stopped')
    process.exit(exitCode)
  }

  for (const signal of STOP_SIGNALS)
    process.on(signal, () => {
      signals += 1
      if (signals > 2) process.exit(1)
      void stop(signal, { isUrgent: signals > 1, exitCode: signalExitCode }).catch(exitWithError)
    })
  process.on('disconnect', () => {
    const urgency = { isUrgent: true, deadlineMs: orphanDeadlineMs }
    void stop('the parent process is gone', urgency).catch(exitWithError)
  })

  log.info({ pid: process.pid }, 'starting')
  const starting = options.start()
  const follow = async () => {
    const service = await starting
    if (process.connected) process.send?.({ type: 'ready', ...service.ready })
    const reason = await service.endRequested
    if (reason !== undefined) await stop(reason)
  }
  follow().catch(exitWithError)
}
