import { estimateBytes, type GraphPlan } from '../training-step/graph-plan.js'
import type * as ort from './onnxruntime.js'

/** A compiled graph in use. */
export interface SessionLease {
  readonly session: ort.InferenceSession
  /** Gives it back; the session may serve the next trial of the same shape. */
  release(): void
}

interface Entry {
  readonly session: Promise<ort.InferenceSession>
  readonly bytes: number
  users: number
}

/**
 * Compiled graphs by what they were written from. Those that nobody uses are kept for the next trial of the same shape,
 * until their memory is wanted for another: a session holds on to its activations.
 */
export class SessionPool {
  /** The least recently used first. */
  private readonly entries = new Map<string, Entry>()

  /** @param limitBytes what all sessions together may hold, unless those in use alone hold more; by `estimateBytes` */
  constructor(
    private readonly compile: (plan: GraphPlan) => Promise<ort.InferenceSession>,
    private readonly limitBytes: number,
  ) {}

  /** Sessions that exist, in use or not. */
  get size(): number {
    return this.entries.size
  }

  /** The session of a plan, compiled unless it is there. */
  async lease(plan: GraphPlan): Promise<SessionLease> {
    const key = JSON.stringify(plan)
    const entry = this.entries.get(key) ?? this.create(plan)
    entry.users++
    // Deleted and set again, it comes last.
    this.entries.delete(key)
    this.entries.set(key, entry)
    try {
      return { session: await entry.session, release: () => void entry.users-- }
    } catch (error) {
      this.entries.delete(key)
      throw error
    }
  }

  /** Releases all sessions; none may be in use. */
  async dispose(): Promise<void> {
    const entries = [...this.entries.values()]
    this.entries.clear()
    await Promise.all(entries.map(async ({ session }) => (await session).release()))
  }

  private create(plan: GraphPlan): Entry {
    const bytes = estimateBytes(plan)
    const session = this.makeRoom(bytes).then(() => this.compile(plan))
    return { session, bytes, users: 0 }
  }

  /** Releases sessions that nobody uses until another of this size fits, or none is left. */
  private async makeRoom(bytes: number): Promise<void> {
    let held = [...this.entries.values()].reduce((sum, entry) => sum + entry.bytes, bytes)
    for (const [key, entry] of this.entries) {
      if (held <= this.limitBytes) return
      if (entry.users > 0) continue
      this.entries.delete(key)
      held -= entry.bytes
      await (await entry.session).release()
    }
  }
}
