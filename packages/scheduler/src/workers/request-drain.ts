import { ConflictError, NotFoundError } from '@sweepd/core'
import type { SchedulerPorts } from '../ports.js'

/** Asks a worker to give its trials back and leave; it learns of it by its next beat. Throws ConflictError if it is gone. */
export async function requestDrain({ store }: SchedulerPorts, workerId: string): Promise<void> {
  const state = await store.requestDrain(workerId)
  if (state === undefined) throw new NotFoundError('worker', workerId)
  if (state === 'stopped' || state === 'lost')
    throw new ConflictError(`The worker ${workerId} is ${state}: there is nothing left to drain.`)
}
