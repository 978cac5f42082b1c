import { NotFoundError, parseSweepChanges, type Sweep } from '@sweepd/core'
import type { SchedulerPorts } from '../ports.js'
import { inviteWorkers } from '../queueing/invite-workers.js'
import { getSweep } from './reach-sweep-state.js'

/**
 * Changes priority or maxParallel, from the next claim on; trials that run already go on. Throws InvalidInputError
 * naming every offending field.
 */
export async function updateSweep(ports: SchedulerPorts, sweepId: string, input: unknown): Promise<Sweep> {
  const changes = parseSweepChanges(input)
  if (!(await ports.store.updateSweep(sweepId, changes))) throw new NotFoundError('sweep', sweepId)
  if (changes.maxParallel !== undefined) await inviteWorkers(ports, sweepId)
  return getSweep(ports.store, sweepId)
}
