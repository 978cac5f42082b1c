import type { Sweep, TrialDetail } from '@sweepd/core'
import type { MemoryStore } from '../../src/memory/memory-store.js'

const MORE_THAN_ANY_STORY_HAS = 1000

/** All that a store shows at one moment, oldest first. */
export interface Snapshot {
  readonly sweeps: readonly Sweep[]
  readonly trials: readonly TrialDetail[]
}

/** Looks at everything at once. */
export async function takeSnapshot(store: MemoryStore): Promise<Snapshot> {
  const { items } = await store.listSweeps({ limit: MORE_THAN_ANY_STORY_HAS })
  return { sweeps: [...items].reverse(), trials: await store.listDetails() }
}

/** Whether this attempt is the one that runs. */
export function isRunning(
  trials: readonly TrialDetail[],
  { trialId, attempt }: { readonly trialId: string; readonly attempt: number },
): boolean {
  const trial = trials.find(({ id }) => id === trialId)
  return trial?.state === 'running' && trial.attempts === attempt
}
