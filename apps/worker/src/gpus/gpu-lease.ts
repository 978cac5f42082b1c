import type { GpuShare } from '@sweepd/scheduler'

/** How long before the store's end of a lease its holder lets go: a process that trains has to be dead by then. */
const marginOf = (leaseMs: number): number => Math.min(2000, leaseMs / 10)

/** Milliseconds of a clock that all processes of this machine share, and that nobody can set. */
export const machineTimeMs = (): number => Number(process.hrtime.bigint() / 1_000_000n)

/**
 * A share of a GPU that this worker has, until a moment of the machine's clock. It is counted from before the store was
 * asked, and ends a little before the store gives the share to another worker: whoever trains on it is killed in time.
 */
export class GpuLease {
  private validUntilMs: number
  private readonly listeners = new Set<(validUntilMs: number) => void>()

  /** @param askedAtMs the machine's time before the store was asked for it */
  constructor(
    readonly share: GpuShare,
    private readonly leaseMs: number,
    askedAtMs: number,
  ) {
    this.validUntilMs = this.endOf(askedAtMs)
  }

  get isValid(): boolean {
    return machineTimeMs() < this.validUntilMs
  }

  get endsAtMs(): number {
    return this.validUntilMs
  }

  /** The store has renewed it. */
  renew(askedAtMs: number): void {
    this.validUntilMs = Math.max(this.validUntilMs, this.endOf(askedAtMs))
    for (const tell of this.listeners) tell(this.validUntilMs)
  }

  /** Tells of each renewal; returns how to end that. */
  onRenewal(tell: (validUntilMs: number) => void): () => void {
    this.listeners.add(tell)
    return () => this.listeners.delete(tell)
  }

  private endOf(askedAtMs: number): number {
    return askedAtMs + this.leaseMs - marginOf(this.leaseMs)
  }
}

export const isSameShare = (a: GpuShare, b: GpuShare): boolean => a.gpu === b.gpu && a.share === b.share
