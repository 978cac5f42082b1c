/** What decides whether a sweep continues although trials of it fail. */
export interface FailureFacts {
  readonly maxFailureShare: number
  readonly total: number
  readonly queued: number
  readonly ended: number
  readonly failed: number
  /** Failures that count no more, because a person resumed the sweep after them. */
  readonly forgiven: number
  /** Of the trial that failed last. */
  readonly lastError: string
}

/** A sweep is not judged by fewer ended trials, unless it has no more or tolerates no failure at all. */
const LEAST_ENDED = 10
const LONGEST_ERROR = 300

/** Why a sweep is to pause, or undefined if it continues: too large a share of its trials failed, and others wait. */
export function judgeFailures(facts: FailureFacts): string | undefined {
  const { maxFailureShare, total, queued, lastError } = facts
  const ended = facts.ended - facts.forgiven
  const failed = facts.failed - facts.forgiven
  const needed = maxFailureShare === 0 ? 1 : Math.min(LEAST_ENDED, total)
  if (queued === 0 || ended < needed || failed / ended <= maxFailureShare) return undefined
  return (
    `${failed} of ${ended} ended trials failed, more than maxFailureShare ${maxFailureShare}; ` +
    `last error: ${lastError.slice(0, LONGEST_ERROR)}; fix the cause, then resume the sweep to continue ` +
    'without them, or retry it to train them again'
  )
}
