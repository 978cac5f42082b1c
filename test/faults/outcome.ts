import type { SweepClient } from '@sweepd/client'
import type { Sweep, TrialDetail } from '@sweepd/core'

/** A sweep that has ended, as the api shows it. */
export interface Outcome {
  readonly sweep: Sweep
  /** In order of number. */
  readonly trials: readonly TrialDetail[]
}

/** Reads a sweep with all its trials. */
export async function readOutcome(client: SweepClient, sweepId: string): Promise<Outcome> {
  const sweep = await client.getSweep(sweepId)
  const { items } = await client.listTrials({ sweepId, limit: 500 })
  const trials = await Promise.all(items.map(({ id }) => client.getTrial(id)))
  return { sweep, trials: trials.toSorted((a, b) => a.number - b.number) }
}
