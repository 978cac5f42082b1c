import type { SweepClient } from '@sweepd/client'
import type { TrialDetail } from '@sweepd/core'
import { CliError } from '../cli-error.js'
import type { ExitCode } from '../exit-codes.js'
import { renderTrial } from '../render/trial-page.js'
import { type CommandContext, connect, reply } from './context.js'
import { findTrialId } from './find-trial-id.js'

/** `sweepd show TRIAL` or `sweepd show SWEEP NUMBER`: everything about one trial. */
export async function show(
  id: string,
  number: number | undefined,
  context: CommandContext,
): Promise<ExitCode> {
  const client = connect(context)
  const trial =
    number === undefined
      ? await getTrial(client, id)
      : await client.getTrial(await findTrialId(client, id, number))
  const { name, objective } = await client.getSweep(trial.sweepId)
  return reply(context, trial, () => renderTrial(trial, { name, metric: objective.metric }, context.terminal))
}

async function getTrial(client: SweepClient, id: string): Promise<TrialDetail> {
  const trial = await client.findTrial(id)
  if (trial !== undefined) return trial
  throw new CliError(
    `There is no trial ${id}. Name it by its sweep and number: npx sweepd show SWEEP NUMBER; npx sweepd sweeps lists sweeps.`,
  )
}
