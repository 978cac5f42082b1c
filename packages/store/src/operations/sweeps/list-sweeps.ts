import type { Page, Sweep } from '@sweepd/core'
import type { SweepQuery } from '@sweepd/scheduler'
import { formatCursor, parseCursor } from '../../cursor.js'
import { toSweep } from '../../from-rows.js'
import type { PrismaClient } from '../../generated/client.js'
import { readOnly } from '../../read-only.js'
import { summarizeSweeps } from './summarize-sweeps.js'

const ORDER = { name: 'sweeps', parts: ['time', 'uuid'] } as const

/** Sweeps, newest first. A page takes one query for the sweeps, one for the counts, and one for each objective in it. */
export async function listSweeps(
  prisma: PrismaClient,
  { limit, cursor, state }: SweepQuery,
): Promise<Page<Sweep>> {
  const after = parseCursor(ORDER, cursor)
  return readOnly(prisma, async (transaction) => {
    const rows = await transaction.sweep.findMany({
      where: {
        ...(state && { state }),
        ...(after && {
          OR: [{ createdAt: { lt: after[0] } }, { createdAt: after[0], id: { lt: after[1] } }],
        }),
      },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: limit + 1,
    })
    const page = rows.slice(0, limit)
    const summarize = await summarizeSweeps(transaction, page)
    const last = rows.length > limit ? page.at(-1) : undefined
    return {
      items: page.map((row) => toSweep(row, summarize(row))),
      nextCursor: last ? formatCursor(ORDER, [last.createdAt, last.id]) : null,
    }
  })
}
