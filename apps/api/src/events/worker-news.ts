import { isDeepStrictEqual } from 'node:util'
import type { Worker } from '@sweepd/core'
import { readWorkerList, type WorkerListSource } from '../read-worker-list.js'

const INTERVAL_MS = 1000
/** Signs of life alone are told this often. */
const QUIET_INTERVAL_MS = 5000

/**
 * Finds out when workers have changed. They are not in the log: each gives a sign of life every second, which would be
 * most of its lines, and a worker that is lost writes none. So the list is read while somebody watches it.
 */
export class WorkerNews {
  private lookedAt = Number.NEGATIVE_INFINITY
  private toldAt = Number.NEGATIVE_INFINITY
  private told: readonly object[] | undefined

  constructor(private readonly store: WorkerListSource) {}

  /** What `GET /workers` returns, as JSON, if it is news. */
  async read(): Promise<string | undefined> {
    const now = performance.now()
    if (now - this.lookedAt < INTERVAL_MS) return undefined
    this.lookedAt = now
    const list = await readWorkerList(this.store)
    const lasting = list.items.map(({ lastSeenAt: _, ...rest }: Worker) => rest)
    if (now - this.toldAt < QUIET_INTERVAL_MS && isDeepStrictEqual(lasting, this.told)) return undefined
    this.toldAt = now
    this.told = lasting
    return JSON.stringify(list)
  }

  /** Somebody came who knows nothing yet: tell all at the next look. */
  forget(): void {
    this.lookedAt = Number.NEGATIVE_INFINITY
    this.told = undefined
  }
}
