import { randomUUID } from 'node:crypto'
import { countPlanned } from '@sweepd/core'
import type { ExitCode } from '../exit-codes.js'
import { readSweepFile } from '../read-sweep-file.js'
import { toPlainLine } from '../render/text.js'
import { type CommandContext, connect } from './context.js'
import { followUntilStopped } from './watch.js'

/** `sweepd run FILE`: submits a sweep and follows it. */
export async function run(file: string, context: CommandContext): Promise<ExitCode> {
  const definition = await readSweepFile(file, context.env.workingDir)
  const client = connect(context)
  const sweep = await client.createSweep(definition, { idempotencyKey: randomUUID() })
  if (!context.isJson)
    context.terminal.print(
      `Sweep ${toPlainLine(sweep.name)} on ${sweep.dataset}: ${countPlanned(sweep)} trials (${sweep.id})`,
    )
  return followUntilStopped(client, sweep.id, context, { fromStart: true })
}
