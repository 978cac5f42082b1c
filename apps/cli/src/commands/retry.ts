import { EXIT, type ExitCode } from '../exit-codes.js'
import { toPlainLine } from '../render/text.js'
import type { TrialChoice } from './cancel.js'
import { type CommandContext, connect } from './context.js'
import { findTrialId } from './find-trial-id.js'

/** `sweepd retry ID`: all failed trials of a sweep begin anew, or one of them. */
export async function retry(id: string, { trial }: TrialChoice, context: CommandContext): Promise<ExitCode> {
  const client = connect(context)
  const { print } = context.terminal
  if (trial !== undefined) {
    await client.retryTrial(await findTrialId(client, id, trial))
    print(`Trial ${trial} begins anew.`, `To follow it: npx sweepd watch ${id}`)
    return EXIT.ok
  }
  const { retried, sweep } = await client.retrySweep(id)
  const name = `Sweep ${toPlainLine(sweep.name)}`
  if (retried === 0) print(`${name} has no failed trials: there is nothing to retry.`)
  else print(`${name}: ${retried} failed trials begin anew.`, `To follow them: npx sweepd watch ${sweep.id}`)
  return EXIT.ok
}
