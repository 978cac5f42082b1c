import type { ExitCode } from '../exit-codes.js'
import { toPlainLine } from '../render/text.js'
import { describeSlotFaults, renderWorkers } from '../render/worker-table.js'
import { type CommandContext, connect, reply } from './context.js'

/** `sweepd workers`: who trains, on what, doing what. */
export async function workers(context: CommandContext): Promise<ExitCode> {
  const list = await connect(context).listWorkers()
  return reply(context, list, () =>
    list.items.length === 0
      ? ['There are no workers. Start one on this machine: npx sweepd up']
      : [...renderWorkers(list.items, Date.now(), context.terminal), ...describeSlotFaults(list.items)],
  )
}

/** `sweepd drain WORKER` */
export async function drain(workerId: string, context: CommandContext): Promise<ExitCode> {
  const worker = await connect(context).drainWorker(workerId)
  const { id, trials } = worker
  const training =
    trials.length === 0
      ? 'It trains nothing now'
      : `It gives ${trials.length === 1 ? 'its trial' : `its ${trials.length} trials`} back at the end of their epoch`
  return reply(context, worker, () => [
    `Worker ${toPlainLine(id)} takes no more trials. ${training}, and ends.`,
  ])
}
