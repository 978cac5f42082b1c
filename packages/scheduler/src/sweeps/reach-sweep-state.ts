import { ConflictError, NotFoundError, type Sweep, type SweepState } from '@sweepd/core'
import type { SweepStore } from '../ports.js'

/** Asks the store for a change of a sweep and answers the sweep. The same change again is none. */
export interface SweepChange {
  readonly sweepId: string
  /** The state that the change leads to. */
  readonly wanted: SweepState
  /** What to say where the sweep is in a state that does not allow it. */
  readonly remedy: string
}

/**
 * The sweep, if the state that the store answered is the wanted one.
 * @throws NotFoundError, or ConflictError naming the state and the remedy
 */
export async function reachSweepState(
  store: SweepStore,
  { sweepId, wanted, remedy }: SweepChange,
  state: SweepState | undefined,
): Promise<Sweep> {
  if (state === undefined) throw new NotFoundError('sweep', sweepId)
  if (state !== wanted) throw new ConflictError(`The sweep ${sweepId} is ${state}: ${remedy}.`)
  return getSweep(store, sweepId)
}

/** @throws NotFoundError */
export async function getSweep(store: SweepStore, sweepId: string): Promise<Sweep> {
  const sweep = await store.findSweep(sweepId)
  if (sweep === undefined) throw new NotFoundError('sweep', sweepId)
  return sweep
}
