import type { ProcessTrialJob } from '@sweepd/scheduler'
import type { Slot } from '../training/slot.js'

/**
 * Gives each job a free slot. What the job names is of no interest: it only invites to claim. For the same reason a job
 * that the queue has lost or given to another is no reason to stop: the store decides whose a trial is. A slot that is
 * retired at work gets no more; a job that comes for it waits for another one.
 * @param onRetired told of each slot that is retired
 */
export function shareOut(
  slots: readonly Slot[],
  work: (slot: Slot) => Promise<void>,
  onRetired: (slot: Slot) => void,
): ProcessTrialJob {
  const free = [...slots]
  let remaining = slots.length
  let waiting: ((slot: Slot | undefined) => void)[] = []

  const give = (slot: Slot): void => {
    const [next, ...others] = waiting
    waiting = others
    if (next === undefined) free.push(slot)
    else next(slot)
  }
  const retire = (slot: Slot): void => {
    remaining -= 1
    onRetired(slot)
    if (remaining > 0) return
    for (const next of waiting) next(undefined)
    waiting = []
  }
  return async () => {
    if (remaining === 0) return
    const slot =
      free.pop() ??
      (await new Promise<Slot | undefined>((resolve) => {
        waiting = [...waiting, resolve]
      }))
    if (slot === undefined) return
    try {
      await work(slot)
    } finally {
      if (slot.health.isRetired) retire(slot)
      else give(slot)
    }
  }
}
