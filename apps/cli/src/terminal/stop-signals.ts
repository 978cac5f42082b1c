const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** npm passes a Ctrl-C on to its script, which the terminal has sent there already: that is one, not two. */
const ECHO_MS = 1000

/** What a person wants ended, and how fast. */
export interface StopSignals {
  /** Aborted by the first Ctrl-C or SIGTERM: finish in order. */
  readonly stop: AbortSignal
  /** Aborted by a second one: end at once. */
  readonly now: AbortSignal
  /** Gives the signals back to Node. */
  dispose(): void
}

/** Takes over Ctrl-C, SIGTERM and SIGHUP until disposed. */
export function listenForStop(): StopSignals {
  const stop = new AbortController()
  const now = new AbortController()
  let firstAt = 0
  const onSignal = () => {
    if (!stop.signal.aborted) firstAt = performance.now()
    else if (performance.now() - firstAt > ECHO_MS) now.abort()
    stop.abort()
  }
  for (const signal of SIGNALS) process.on(signal, onSignal)
  return {
    stop: stop.signal,
    now: now.signal,
    dispose: () => {
      for (const signal of SIGNALS) process.off(signal, onSignal)
    },
  }
}
