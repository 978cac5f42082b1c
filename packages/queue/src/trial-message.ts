import type { Fence, TrialJob } from '@sweepd/scheduler'
import type { BulkJobOptions } from 'bullmq'

/** What BullMQ keeps of a job: ids, never state. */
export interface TrialMessage {
  readonly name: 'trial'
  readonly data: Fence
  readonly opts: BulkJobOptions & { readonly jobId: string }
}

/**
 * The job as BullMQ takes it. Its id derives from trial and attempt, so that a job cannot be queued twice, and it is
 * removed when it ends, so that it can be queued again. BullMQ never retries: the scheduler queues the next attempt.
 */
export function toMessage({ trialId, attempt, delayMs }: TrialJob): TrialMessage {
  return {
    name: 'trial',
    data: { trialId, attempt },
    opts: {
      jobId: toJobId({ trialId, attempt }),
      delay: delayMs ?? 0,
      attempts: 1,
      removeOnComplete: true,
      removeOnFail: true,
    },
  }
}

export const toJobId = ({ trialId, attempt }: Fence): string => `${trialId}-${attempt}`

/** Untrusted data of a job to its ids. Throws a TypeError for anything else. */
export function parseMessage(data: unknown): Fence {
  const { trialId, attempt } = (data ?? {}) as Partial<Record<keyof Fence, unknown>>
  if (typeof trialId !== 'string' || trialId === '' || !Number.isSafeInteger(attempt) || Number(attempt) < 1)
    throw new TypeError(`a job holds {trialId, attempt}, not ${JSON.stringify(data)}`)
  return { trialId, attempt: Number(attempt) }
}
