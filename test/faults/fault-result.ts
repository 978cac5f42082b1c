import type { Visits } from './api-visitor.js'
import type { QueueBackend } from './deployment/servers.js'
import type { Fault } from './fault.js'
import type { Recovery } from './recovery.js'

/** What came of one fault with one queue. */
export type FaultResult = { readonly fault: Fault; readonly backend: QueueBackend } & (
  | { readonly type: 'skipped'; readonly reason: string }
  /** Nobody could tell: the sweep did not end, or the suite itself failed. */
  | { readonly type: 'broken'; readonly reason: string }
  | {
      readonly type: 'ended'
      /** What is not as it must be; empty: the fault was survived. */
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
