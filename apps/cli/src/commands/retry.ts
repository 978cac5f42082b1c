import type { ExitCode } from '../exit-codes.js'
import { toPlainLine } from '../render/text.js'
import type { TrialChoice } from './cancel.js'
import { type CommandContext, connect, reply } from './context.js'
import { findTrialId } from './find-trial-id.js'

/** `sweepd retry ID`: all failed trials of a sweep begin anew, or one of them. */
export async function retry(id: string, { trial }: TrialChoice, context: CommandContext): Promise<ExitCode> {
  const client = connect(context)
  if (trial !== undefined) {
    const retriedTrial = await client.retryTrial(await findTrialId(client, id, trial))
    return reply(context, retriedTrial, () => [
      `Trial ${trial} starts again from its first epoch.`,
      `To follow it: npx sweepd watch ${id}`,
    ])
  }
  const retry = await client.retrySweep(id)
  const { retried, sweep } = retry
  const name = `Sweep ${toPlainLine(sweep.name)}`
  return reply(context, retry, () =>
    retried === 0
      ? [`${name} has no failed trials: there is nothing to retry.`]
      : [`${name}: ${retried} failed trials start again.`, `To follow them: npx sweepd watch ${sweep.id}`],
  )
}
