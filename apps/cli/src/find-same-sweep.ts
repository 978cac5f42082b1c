import { isDeepStrictEqual } from 'node:util'
import type { SweepClient } from '@sweepd/client'
import type { Sweep, SweepDefinition } from '@sweepd/core'

/** The newest sweep of this very definition that is wanted, among the last hundred. Throws what the client throws. */
export async function findSameSweep(
  client: SweepClient,
  definition: SweepDefinition,
  isWanted: (sweep: Sweep) => boolean,
): Promise<Sweep | undefined> {
  const { items } = await client.listSweeps({ limit: 100 })
  return items.find((sweep) => isWanted(sweep) && isDeepStrictEqual({ ...sweep, ...definition }, sweep))
}
