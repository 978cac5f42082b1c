import type { WorkerState } from '@sweepd/core'
import type { PrismaClient } from '../../generated/client.js'
import { WORKER_STATE } from './list-workers.js'

/** alive → draining; answers the state that the worker is in then, undefined where nothing has the id. */
export async function requestDrain(prisma: PrismaClient, workerId: string): Promise<WorkerState | undefined> {
  await prisma.$executeRaw`
    UPDATE worker w SET drain_requested_at = now() WHERE w.id = ${workerId} AND ${WORKER_STATE} = 'alive'`
  const [worker] = await prisma.$queryRaw<{ state: WorkerState }[]>`
    SELECT ${WORKER_STATE} AS state FROM worker w WHERE w.id = ${workerId}`
  return worker?.state
}
