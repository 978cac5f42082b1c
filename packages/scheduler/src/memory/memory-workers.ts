import type { Worker, WorkerState } from '@sweepd/core'
import type { NewWorker } from '../ports.js'

interface MemoryWorker {
  fields: NewWorker
  leaseMs: number
  startedAt: number
  lastSeenAt: number
  drainRequested: boolean
  isStopped: boolean
}

/** The workers that a store in memory knows. */
export class MemoryWorkers {
  private readonly workers = new Map<string, MemoryWorker>()

  register(fields: NewWorker, leaseMs: number, now: number): void {
    const rest = { startedAt: now, lastSeenAt: now, drainRequested: false, isStopped: false }
    this.workers.set(fields.id, { fields, leaseMs, ...rest })
  }

  /** Marks it as seen; returns whether it was asked to drain. */
  see(fields: NewWorker, leaseMs: number, now: number): boolean {
    const worker = this.workers.get(fields.id)
    if (worker === undefined) this.register(fields, leaseMs, now)
    else Object.assign(worker, { leaseMs, lastSeenAt: now })
    return worker?.drainRequested ?? false
  }

  deregister(id: string): void {
    const worker = this.workers.get(id)
    if (worker) worker.isStopped = true
  }

  requestDrain(id: string, now: number): WorkerState | undefined {
    const worker = this.workers.get(id)
    if (worker === undefined) return undefined
    if (findState(worker, now) === 'alive') worker.drainRequested = true
    return findState(worker, now)
  }

  remove(unseenSince: number): number {
    const old = [...this.workers.values()].filter(({ lastSeenAt }) => lastSeenAt < unseenSince)
    for (const { fields } of old) this.workers.delete(fields.id)
    return old.length
  }

  list(now: number, listTrials: (workerId: string) => Worker['trials']): Worker[] {
    return [...this.workers.values()]
      .map((worker) => ({
        ...worker.fields,
        state: findState(worker, now),
        startedAt: new Date(worker.startedAt).toISOString(),
        lastSeenAt: new Date(worker.lastSeenAt).toISOString(),
        trials: listTrials(worker.fields.id),
      }))
      .sort((a, b) => rank(a) - rank(b) || (a.lastSeenAt < b.lastSeenAt ? 1 : -1))
  }
}

const rank = ({ state }: Pick<Worker, 'state'>): number => (state === 'alive' || state === 'draining' ? 0 : 1)

function findState(
  { isStopped, lastSeenAt, leaseMs, drainRequested }: MemoryWorker,
  now: number,
): WorkerState {
  if (isStopped) return 'stopped'
  if (lastSeenAt + leaseMs < now) return 'lost'
  return drainRequested ? 'draining' : 'alive'
}
