import type { Sweep } from '@sweepd/core'
import type { ExitCode } from '../exit-codes.js'
import { toPlainLine } from '../render/text.js'
import { type CommandContext, connect, reply } from './context.js'

/** `sweepd pause ID` */
export async function pause(id: string, context: CommandContext): Promise<ExitCode> {
  const sweep = await connect(context).pauseSweep(id)
  const { running, queued } = sweep.trialCounts
  return reply(context, sweep, () => [
    `${nameOf(sweep)} is paused: ${count(queued, 'trial')} queued, ${running} running to the end of the epoch.`,
    `To continue: npx sweepd resume ${sweep.id}`,
  ])
}

/** `sweepd resume ID` */
export async function resume(id: string, context: CommandContext): Promise<ExitCode> {
  const sweep = await connect(context).resumeSweep(id)
  return reply(context, sweep, () => [
    `${nameOf(sweep)} continues: ${count(sweep.trialCounts.queued, 'trial')} queued.`,
    `To follow it: npx sweepd watch ${sweep.id}`,
  ])
}

/** `sweepd priority ID N` */
export async function setPriority(id: string, priority: number, context: CommandContext): Promise<ExitCode> {
  const sweep = await connect(context).updateSweep(id, { priority })
  return reply(context, sweep, () => [
    `${nameOf(sweep)} has priority ${sweep.priority}: workers take its trials before those of sweeps with less.`,
  ])
}

/** `sweepd delete ID` */
export async function deleteSweep(id: string, context: CommandContext): Promise<ExitCode> {
  const client = connect(context)
  const sweep = await client.getSweep(id)
  await client.deleteSweep(id)
  return reply(context, sweep, () => [
    `${nameOf(sweep)} is deleted with its ${count(sweep.trialCounts.total, 'trial')}.`,
  ])
}

const nameOf = ({ name }: Sweep): string => `Sweep ${toPlainLine(name)}`

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`
