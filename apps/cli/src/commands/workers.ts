import { EXIT, type ExitCode } from '../exit-codes.js'
import { toPlainLine } from '../render/text.js'
import { renderWorkers } from '../render/worker-table.js'
import { type CommandContext, connect } from './context.js'

/** `sweepd workers`: who trains, on what, doing what. */
export async function workers(context: CommandContext): Promise<ExitCode> {
  const { items } = await connect(context).listWorkers()
  const { terminal } = context
  if (items.length === 0) terminal.print('There are no workers. Start one on this machine: npx sweepd up')
  else terminal.print(...renderWorkers(items, Date.now(), terminal))
  return EXIT.ok
}

/** `sweepd drain WORKER` */
export async function drain(workerId: string, context: CommandContext): Promise<ExitCode> {
  const { id, trials } = await connect(context).drainWorker(workerId)
  const training =
    trials.length === 0
      ? 'It trains nothing now'
      : `It gives ${trials.length === 1 ? 'its trial' : `its ${trials.length} trials`} back at the end of their epoch`
  context.terminal.print(`Worker ${toPlainLine(id)} takes no more trials. ${training}, and ends.`)
  return EXIT.ok
}
