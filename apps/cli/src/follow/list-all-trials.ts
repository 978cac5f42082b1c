import type { SweepClient, TrialListQuery } from '@sweepd/client'
import type { Trial } from '@sweepd/core'

const PAGE_SIZE = 500

/** Every trial that the query finds, over all its pages. Throws what the client throws. */
export async function listAllTrials(
  api: Pick<SweepClient, 'listTrials'>,
  query: Omit<TrialListQuery, 'limit' | 'cursor'>,
  signal?: AbortSignal,
): Promise<Trial[]> {
  const trials: Trial[] = []
  let cursor: string | undefined
  do {
    const page = await api.listTrials({ ...query, limit: PAGE_SIZE, cursor }, { signal })
    trials.push(...page.items)
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  return trials
}
