import { isPresent, type Worker, type WorkerState } from '@sweepd/core'
import type { GpuRequest, GpuShare, NewWorker } from '../ports.js'

interface MemoryWorker {
  fields: NewWorker
  leaseMs: number
  startedAt: number
  lastSeenAt: number
  drainRequested: boolean
  isStopped: boolean
}

interface GpuLease extends GpuShare {
  readonly workerId: string
  readonly expiresAt: number
}

/** The workers that a store in memory knows, and which of them has which GPU. */
export class MemoryWorkers {
  private readonly workers = new Map<string, MemoryWorker>()
  private leases: readonly GpuLease[] = []

  register(fields: NewWorker, leaseMs: number, now: number): void {
    const rest = { startedAt: now, lastSeenAt: now, drainRequested: false, isStopped: false }
    this.workers.set(fields.id, { fields, leaseMs, ...rest })
  }

  /** Marks it as seen; returns whether it was asked to drain. */
  see(fields: NewWorker, leaseMs: number, now: number): boolean {
    const worker = this.workers.get(fields.id)
    if (worker === undefined) this.register(fields, leaseMs, now)
    else
      Object.assign(worker, {
        fields: { ...worker.fields, ...describeSlots(fields) },
        leaseMs,
        lastSeenAt: now,
      })
    return worker?.drainRequested ?? false
  }

  deregister(id: string): void {
    const worker = this.workers.get(id)
    if (worker) worker.isStopped = true
    this.leases = this.leases.filter(({ workerId }) => workerId !== id)
  }

  /** Renews these leases; returns those that are no longer this worker's. */
  renewGpus(id: string, gpus: readonly GpuShare[], expiresAt: number): GpuShare[] {
    const findOwn = (share: GpuShare) =>
      this.leases.find((lease) => lease.workerId === id && isSame(lease, share))
    for (const share of gpus) Object.assign(findOwn(share) ?? {}, { expiresAt })
    return gpus.filter((share) => findOwn(share) === undefined)
  }

  leaseGpus(
    { workerId, leaseMs, gpus, sharesPerGpu, limit, held = [] }: GpuRequest,
    now: number,
  ): GpuShare[] {
    const isForgotten = (lease: GpuLease) =>
      lease.workerId === workerId && !held.some((share) => isSame(share, lease))
    const live = [
      ...this.leases.filter((lease) => lease.expiresAt >= now && !isForgotten(lease)),
      ...held.filter((share) => !this.leases.some((lease) => isSame(share, lease) && lease.expiresAt >= now)),
    ]
    const taken = gpus
      .flatMap((gpu) => {
        const users = live.filter((lease) => lease.gpu === gpu).length
        return Array.from({ length: sharesPerGpu }, (_, share) => ({ gpu, share }))
          .filter((candidate) => !live.some((lease) => isSame(lease, candidate)))
          .map((candidate, index) => ({ ...candidate, users: users + index }))
      })
      .sort((a, b) => a.users - b.users)
      .slice(0, limit)
      .map(({ gpu, share }) => ({ gpu, share }))
    const others = this.leases.filter((lease) => !taken.some((share) => isSame(share, lease)))
    this.leases = [...others, ...taken.map((share) => ({ ...share, workerId, expiresAt: now + leaseMs }))]
    return taken
  }

  releaseGpu(id: string, share: GpuShare): void {
    this.leases = this.leases.filter((lease) => lease.workerId !== id || !isSame(lease, share))
  }

  requestDrain(id: string, now: number): WorkerState | undefined {
    const worker = this.workers.get(id)
    if (worker === undefined) return undefined
    if (['alive', 'waiting'].includes(findState(worker, now))) worker.drainRequested = true
    return findState(worker, now)
  }

  remove(unseenSince: number): number {
    const old = [...this.workers.values()].filter(({ lastSeenAt }) => lastSeenAt < unseenSince)
    for (const { fields } of old) this.workers.delete(fields.id)
    this.leases = this.leases.filter(({ expiresAt }) => expiresAt >= unseenSince)
    return old.length
  }

  list(now: number, listTrials: (workerId: string) => Worker['trials']): Worker[] {
    return [...this.workers.values()]
      .map((worker) => ({
        ...worker.fields,
        ...describeSlots(worker.fields),
        state: findState(worker, now),
        startedAt: new Date(worker.startedAt).toISOString(),
        lastSeenAt: new Date(worker.lastSeenAt).toISOString(),
        trials: listTrials(worker.fields.id),
      }))
      .sort((a, b) => rank(a) - rank(b) || (a.lastSeenAt < b.lastSeenAt ? 1 : -1))
  }
}

const rank = (worker: Pick<Worker, 'state'>): number => (isPresent(worker) ? 0 : 1)

const isSame = (a: GpuShare, b: GpuShare): boolean => a.gpu === b.gpu && a.share === b.share

/** What may change while it lives. */
const describeSlots = ({ slots, waitingReason = null, slotDetails = [] }: NewWorker) => {
  return { slots, waitingReason, slotDetails }
}

function findState(
  { fields, isStopped, lastSeenAt, leaseMs, drainRequested }: MemoryWorker,
  now: number,
): WorkerState {
  if (isStopped) return 'stopped'
  if (lastSeenAt + leaseMs < now) return 'lost'
  if (drainRequested) return 'draining'
  return fields.slots === 0 ? 'waiting' : 'alive'
}
