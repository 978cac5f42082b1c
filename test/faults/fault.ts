import type { Visits } from './api-visitor.js'
import type { Deployment } from './deployment/deployment.js'
import type { Needs, QueueBackend } from './deployment/servers.js'
import type { SuiteForm } from './form.js'
import type { Random } from './random.js'
import type { Recovery } from './recovery.js'

/** Where and when a fault happens. */
export interface Scene {
  readonly deployment: Deployment
  readonly form: SuiteForm
  readonly random: Random
}

/** One way in which things break. */
export interface Fault {
  /** As `--only` takes it. */
  readonly name: string
  /** For the table: what is done. */
  readonly title: string
  /** Queues that it can be done with; all, unless told. */
  readonly backend?: QueueBackend
  readonly needs?: Needs
  /** It cannot happen without interrupting an attempt: a run in which none was has proved nothing. */
  readonly interrupts?: true
  /** It must not interrupt any attempt: heartbeats continue. */
  readonly spares?: true
  /** The API must reply to every request in this time, even if with a refusal; by default only hanging is a fault. */
  readonly answersWithinMs?: number
  /** Why it cannot be done on this machine, or undefined. */
  findObstacle?(): string | undefined
  /** Breaks something, and mends what does not mend itself: a killed server is started again, a shut door opened. */
  inject(scene: Scene): Promise<void>
}

/** What came of one fault with one queue. */
export type FaultResult = { readonly fault: Fault; readonly backend: QueueBackend } & (
  | { readonly type: 'skipped'; readonly reason: string }
  /** Nobody could tell: the sweep did not end, or the suite itself failed. */
  | { readonly type: 'broken'; readonly reason: string }
  | {
      readonly type: 'ended'
      /** What is wrong; empty if the fault was survived. */
      readonly violations: readonly string[]
      readonly recovery: Recovery
      readonly visits: Visits
      /** Attempts beyond the first, over all trials. */
      readonly interruptedAttempts: number
    }
)

/** Whether nothing was lost, nothing was done twice, and everything went on. */
export const isSurvived = (result: FaultResult): boolean =>
  result.type === 'ended' && result.violations.length === 0
