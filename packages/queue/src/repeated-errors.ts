const QUIET_MS = 10_000

/** Passes errors on, each message at most once in ten seconds: a server that is down fails every reconnection. */
export function withoutRepetition(onError: (error: Error) => void): (error: Error) => void {
  const toldAtMs = new Map<string, number>()
  return (error) => {
    const nowMs = performance.now()
    for (const [message, atMs] of toldAtMs) if (nowMs - atMs >= QUIET_MS) toldAtMs.delete(message)
    const key = `${error.name}: ${error.message}`
    if (toldAtMs.has(key)) return
    toldAtMs.set(key, nowMs)
    onError(error)
  }
}
