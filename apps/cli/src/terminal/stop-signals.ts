const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** npm passes a Ctrl-C on to its script, which the terminal has sent there already: that is one, not two. */
const ECHO_MS = 1000

/** What a person wants ended, and how fast. */
export interface StopSignals {
  /** Aborted by the first Ctrl-C or SIGTERM: finish in order. */
  readonly stop: AbortSignal
  /** Aborted by a second one: end at once. A third kills this process, and what it started ends because it is gone. */
  readonly now: AbortSignal
  /** Gives the signals back to Node. */
  dispose(): void
}

/** Takes over Ctrl-C, SIGTERM and SIGHUP until disposed. */
export function listenForStop(): StopSignals {
  const stop = new AbortController()
  const now = new AbortController()
  let lastAt = Number.NEGATIVE_INFINITY
  const onSignal = (signal: NodeJS.Signals) => {
    const isEcho = performance.now() - lastAt <= ECHO_MS
    if (isEcho) return
    lastAt = performance.now()
    if (!stop.signal.aborted) return stop.abort()
    if (!now.signal.aborted) return now.abort()
    dispose()
    process.kill(process.pid, signal)
  }
  const dispose = () => {
    for (const signal of SIGNALS) process.off(signal, onSignal)
  }
  for (const signal of SIGNALS) process.on(signal, onSignal)
  return { stop: stop.signal, now: now.signal, dispose }
}

/** Settles as soon as the signal aborts. */
export function aborted(signal: AbortSignal): Promise<'aborted'> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve('aborted')
    signal.addEventListener('abort', () => resolve('aborted'), { once: true })
  })
}

/** What the work returns, without waiting for work that takes no signal. @throws the signal's reason on abort */
export function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const refusal = aborted(signal).then(() => {
    throw signal.reason
  })
  return Promise.race([work, refusal])
}
