/** Resolves, with the reason, when a worker has had no trial for a while. */
export interface IdleWatch {
  readonly isIdle: Promise<string>
  stop(): void
}

/** How often it looks, in milliseconds. */
const LOOK_MS = 250

/** @param idleS undefined: it never resolves */
export function watchIdleness(idleS: number | undefined, isBusy: () => boolean): IdleWatch {
  if (idleS === undefined) return { isIdle: new Promise(() => {}), stop: () => {} }
  let timer: NodeJS.Timeout | undefined
  const isIdle = new Promise<string>((resolve) => {
    let busyAt = performance.now()
    timer = setInterval(() => {
      if (isBusy()) busyAt = performance.now()
      if (performance.now() - busyAt < 1000 * idleS) return
      clearInterval(timer)
      resolve(`it had no trial for ${idleS} s (WORKER_EXIT_WHEN_IDLE)`)
    }, LOOK_MS)
  })
  return { isIdle, stop: () => clearInterval(timer) }
}
