const LOOKS = 4

/** Watches for signs of life. */
export interface SilenceWatch {
  heard(): void
  stop(): void
}

/**
 * Calls `onSilent` once when nothing has been heard for `silenceMs`, or up to a quarter longer. It counts looks, not
 * hours: a process that was itself stopped for longer than that gets to hear first what was said meanwhile.
 */
export function watchSilence(silenceMs: number, onSilent: () => void): SilenceWatch {
  let silentLooks = 0
  const timer = setInterval(() => {
    silentLooks += 1
    if (silentLooks <= LOOKS) return
    clearInterval(timer)
    onSilent()
  }, silenceMs / LOOKS)
  return {
    heard: () => {
      silentLooks = 0
    },
    stop: () => clearInterval(timer),
  }
}
