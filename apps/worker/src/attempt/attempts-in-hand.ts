import type { Fence } from '@sweepd/scheduler'
import { stopWith } from '../training/child-attempt.js'

interface Entry {
  readonly fence: Fence
  readonly lost: AbortController
}

/** The attempts that a worker is making: its heartbeat renews them all, and stops those it has lost. */
export class AttemptsInHand {
  private readonly entries = new Map<string, Entry>()

  /** The signal aborts, with the reason `lost`, when the attempt is no longer this worker's. */
  add({ trialId, attempt }: Fence): AbortSignal {
    const lost = new AbortController()
    this.entries.set(keyOf({ trialId, attempt }), { fence: { trialId, attempt }, lost })
    return lost.signal
  }

  remove(fence: Fence): void {
    this.entries.delete(keyOf(fence))
  }

  list(): Fence[] {
    return [...this.entries.values()].map(({ fence }) => fence)
  }

  /** Stops these attempts, unless they have ended meanwhile. */
  lose(fences: readonly Fence[]): void {
    for (const fence of fences) {
      const entry = this.entries.get(keyOf(fence))
      if (entry !== undefined) stopWith(entry.lost, 'lost')
    }
  }
}

/** A worker may lose an attempt and be given the next one of the same trial before the first has stopped. */
const keyOf = ({ trialId, attempt }: Fence): string => `${trialId} ${attempt}`
