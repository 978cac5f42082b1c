import type { SweepClient } from '@sweepd/client'
import { CliError } from '../cli-error.js'
import { listAllTrials } from '../follow/list-all-trials.js'

/** The id of a trial that a person names by its number. Throws CliError if the sweep has none of that number. */
export async function findTrialId(client: SweepClient, sweepId: string, number: number): Promise<string> {
  const { trialCounts } = await client.getSweep(sweepId)
  const trial = (await listAllTrials(client, { sweepId })).find((trial) => trial.number === number)
  if (trial !== undefined) return trial.id
  throw new CliError(
    `Sweep ${sweepId} has no trial ${number}; its trials are numbered from 0 to ${trialCounts.total - 1}.`,
  )
}
