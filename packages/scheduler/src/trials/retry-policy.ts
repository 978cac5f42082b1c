import type { TrialError } from '@sweepd/core'

/** How often and how soon a trial is attempted again. */
export interface RetryPolicy {
  /** Attempts in all after failures of the infrastructure; those that expired or were released do not count. */
  readonly maxAttempts: number
  /** Wait before the second attempt in milliseconds; doubled for each that follows, up to an hour. */
  readonly backoffMs: number
}

const LONGEST_BACKOFF_MS = 3_600_000

/** Milliseconds to wait after the trial's nth failure, or undefined if that was its last. */
export function findBackoffMs(error: TrialError, failures: number, policy: RetryPolicy): number | undefined {
  if (failures >= allowedFailures(error, policy)) return undefined
  return Math.min(LONGEST_BACKOFF_MS, policy.backoffMs * 2 ** (failures - 1))
}

/** Diverged and invalid trials would end the same way again; a lack of memory may have been another's doing, once. */
function allowedFailures(error: TrialError, policy: RetryPolicy): number {
  switch (error.class) {
    case 'infrastructure':
      return policy.maxAttempts
    case 'out-of-memory':
      return 2
    case 'diverged':
    case 'invalid':
      return 1
  }
}
