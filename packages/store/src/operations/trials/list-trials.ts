import { bestFirst, type Page, type Trial } from '@sweepd/core'
import type { TrialQuery } from '@sweepd/scheduler'
import { toTrial } from '../../from-rows.js'
import type { PrismaClient } from '../../generated/client.js'
import { isUuid } from '../../is-uuid.js'
import { listTrialsByCreation, listTrialsOfSweep } from './list-trials-by-creation.js'
import { listTrialsByMetric } from './list-trials-by-metric.js'
import type { TrialRows } from './trial-rows.js'

/** Trials in the order of a metric, or newest first. */
export async function listTrials(prisma: PrismaClient, query: TrialQuery): Promise<Page<Trial>> {
  const { rows, cursorOf } = await readRows(prisma, query)
  const page = rows.slice(0, query.limit)
  const last = rows.length > query.limit ? page.at(-1) : undefined
  return { items: page.map(toTrial), nextCursor: last ? cursorOf(last) : null }
}

async function readRows(prisma: PrismaClient, query: TrialQuery): Promise<TrialRows> {
  const { sort, order, sweepId } = query
  if (sweepId !== undefined && !isUuid(sweepId)) return { rows: [], cursorOf: () => '' }
  if (sort !== undefined) return listTrialsByMetric(prisma, query, sort, order ?? bestFirst(sort))
  return sweepId === undefined
    ? listTrialsByCreation(prisma, query)
    : listTrialsOfSweep(prisma, query, sweepId)
}
