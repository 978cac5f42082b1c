import type { SweepStore } from '@sweepd/scheduler'

/** A store that is empty at the start of each test; use it inside tests only. */
export interface StoreWorld {
  readonly store: SweepStore
}

/** Registers what opens, empties and closes the store of a test file. */
export type UseStore = () => StoreWorld
