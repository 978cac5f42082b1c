import { EXIT, type ExitCode } from '../exit-codes.js'
import { toPlainLine } from '../render/text.js'
import { type CommandContext, connect } from './context.js'
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
    await client.cancelTrial(await findTrialId(client, id, trial))
    context.terminal.print(`Trial ${trial} is cancelled.`)
    return EXIT.ok
  }
  const { name, trialCounts } = await client.cancelSweep(id)
  context.terminal.print(
    `Sweep ${toPlainLine(name)} is cancelled: ${trialCounts.completed} trials had completed, ` +
      `${trialCounts.cancelled} are cancelled.`,
  )
  return EXIT.ok
}
