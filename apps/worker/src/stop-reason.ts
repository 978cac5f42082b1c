/**
 * Why an attempt is stopped before its end. `lost`: it is no longer this worker's, because it was cancelled or its lease
 * ran out. `paused`: its sweep waits. `leaving`: this worker ends.
 */
export type StopReason = 'lost' | 'paused' | 'leaving'

/** Aborts with a reason that `stopReasonOf` reads. */
export function stopWith(controller: AbortController, reason: StopReason): void {
  controller.abort(reason)
}

/** The reason of a signal that `stopWith` aborted. */
export const stopReasonOf = (signal: AbortSignal): StopReason => signal.reason as StopReason
