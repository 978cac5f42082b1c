import { randomUUID } from 'node:crypto'
import { mkdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** A holder that lives renews its lock so often. */
const RENEWAL_MS = 2000

/** A lock that was not renewed for this long belongs to a process that is gone. */
const STALE_MS = 15_000

const POLL_MS = 200

/** Options of `withDownloadLock`. */
export interface LockOptions {
  readonly signal?: AbortSignal | undefined
  /** Called once if another process has the lock. */
  readonly onWait?: () => void
  /** Default 15 s, in milliseconds. */
  readonly staleMs?: number
}

/**
 * Does the work while no other process does the same for this folder, which is created; also with a folder that several
 * machines share. If a holder dies, the next one takes over after 15 s. The lock saves traffic and nothing else: what is
 * downloaded is checked, and appears in the folder at once. So a folder that cannot
 * be locked is used without a lock.
 * @throws what the work throws; the signal's reason if it aborts first
 */
export async function withDownloadLock<T>(
  folder: string,
  options: LockOptions,
  work: () => Promise<T>,
): Promise<T> {
  const lock = join(folder, '.downloading')
  if (!(await acquire(lock, options))) return work()
  const renewal = setInterval(() => {
    const now = new Date()
    utimes(lock, now, now).catch(() => {})
  }, RENEWAL_MS)
  try {
    return await work()
  } finally {
    clearInterval(renewal)
    await rm(lock, { recursive: true, force: true }).catch(() => {})
  }
}

/** Waits for the lock. False if there can be none in this folder. */
async function acquire(lock: string, { signal, onWait, staleMs = STALE_MS }: LockOptions): Promise<boolean> {
  let seen: { readonly renewedAtMs: number; readonly sinceMs: number } | undefined
  for (;;) {
    signal?.throwIfAborted()
    try {
      await mkdir(lock)
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return false
    }
    const renewedAtMs = await stat(lock).then(
      ({ mtimeMs }) => mtimeMs,
      () => undefined,
    )
    // Its holder has just left.
    if (renewedAtMs === undefined) continue
    if (seen === undefined) onWait?.()
    // Measured by how long we saw no renewal: the clock of another machine may differ.
    if (seen?.renewedAtMs !== renewedAtMs) seen = { renewedAtMs, sinceMs: performance.now() }
    else if (performance.now() - seen.sinceMs > staleMs) await removeStale(lock)
    await sleep(POLL_MS, undefined, { signal }).catch(() => {})
  }
}

/** Only one of those that wait can rename it. */
async function removeStale(lock: string): Promise<void> {
  const grave = `${lock}.${randomUUID()}`
  await rename(lock, grave).then(
    () => rm(grave, { recursive: true, force: true }),
    () => {},
  )
}
