import type { Sweep } from '@sweepd/core'
import { toSweep } from '../../from-rows.js'
import type { PrismaClient } from '../../generated/client.js'
import { isUuid } from '../../is-uuid.js'
import { readOnly } from '../../read-only.js'
import { summarizeSweeps } from './summarize-sweeps.js'

/** The sweep with this id and what its trials add up to. */
export async function findSweep(prisma: PrismaClient, id: string): Promise<Sweep | undefined> {
  if (!isUuid(id)) return undefined
  return readOnly(prisma, async (transaction) => {
    const row = await transaction.sweep.findUnique({ where: { id } })
    if (row === null) return undefined
    const summarize = await summarizeSweeps(transaction, [row])
    return toSweep(row, summarize(row))
  })
}
