import type { Worker } from '@sweepd/core'
import type { SweepStore } from '@sweepd/scheduler'

/** What the list of workers is read from. */
export type WorkerListSource = Pick<SweepStore, 'listWorkers' | 'countUnfinishedTrials'>

/** All workers, and how many trials there are for them. */
export async function readWorkerList(
  store: WorkerListSource,
): Promise<{ items: Worker[]; unfinishedTrials: number }> {
  const [items, unfinishedTrials] = await Promise.all([store.listWorkers(), store.countUnfinishedTrials()])
  return { items: [...items], unfinishedTrials }
}
