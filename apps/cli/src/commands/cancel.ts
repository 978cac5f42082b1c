import type { ExitCode } from '../exit-codes.js'
import { toPlainLine } from '../render/text.js'
import { type CommandContext, connect, reply } from './context.js'
import { findTrialId } from './find-trial-id.js'

/** Which of a sweep's trials; all of them unless one is named. */
export interface TrialChoice {
  /** Counted from 0 within the sweep. */
  readonly trial?: number
}

/** `sweepd cancel ID`: a sweep with all that has not ended, or one of its trials. */
export async function cancel(id: string, { trial }: TrialChoice, context: CommandContext): Promise<ExitCode> {
  const client = connect(context)
  if (trial !== undefined) {
    const cancelled = await client.cancelTrial(await findTrialId(client, id, trial))
    return reply(context, cancelled, () => [`Trial ${trial} is cancelled.`])
  }
  const sweep = await client.cancelSweep(id)
  const { name, trialCounts } = sweep
  return reply(context, sweep, () => [
    `Sweep ${toPlainLine(name)} is cancelled: ${trialCounts.completed} trials had completed, ` +
      `${trialCounts.cancelled} are cancelled.`,
  ])
}
