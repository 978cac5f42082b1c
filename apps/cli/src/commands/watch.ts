import type { SweepClient } from '@sweepd/client'
import { countPlanned } from '@sweepd/core'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { followToEnd } from '../follow/follow-to-end.js'
import { toPlainLine } from '../render/text.js'
import { listenForStop } from '../terminal/stop-signals.js'
import { type CommandContext, connect } from './context.js'

/** `sweepd watch ID`: follows a sweep that is there. */
export async function watch(sweepId: string, context: CommandContext): Promise<ExitCode> {
  const client = connect(context)
  const sweep = await client.getSweep(sweepId)
  if (!context.isJson)
    context.terminal.print(
      `Following ${toPlainLine(sweep.name)} (${countPlanned(sweep)} trials, ${sweep.state}).`,
    )
  return followUntilStopped(client, sweepId, context, { fromStart: false })
}

/** Follows until the sweep ends or the person has seen enough; the sweep itself continues. */
export async function followUntilStopped(
  client: SweepClient,
  sweepId: string,
  { terminal, isJson }: CommandContext,
  { fromStart }: { fromStart: boolean },
): Promise<ExitCode> {
  const signals = listenForStop()
  try {
    const isFlawless = await followToEnd(client, sweepId, terminal, {
      signal: signals.stop,
      fromStart,
      isJson,
    })
    return isFlawless ? EXIT.ok : EXIT.failed
  } catch (error) {
    if (!signals.stop.aborted) throw error
    if (!isJson)
      terminal.print('', `Stopped following; the sweep continues. To come back: npx sweepd watch ${sweepId}`)
    return EXIT.interrupted
  } finally {
    signals.dispose()
  }
}
