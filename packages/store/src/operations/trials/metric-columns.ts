import type { MetricName, SortOrder } from '@sweepd/core'
import { Prisma, type Trial as TrialRow } from '../../generated/client.js'

/** The column of each metric; the only names that ever become SQL without being written in it. */
export const METRIC_COLUMNS: Readonly<Record<MetricName, Prisma.Sql>> = {
  loss: Prisma.sql`t.loss`,
  acc: Prisma.sql`t.acc`,
  val_loss: Prisma.sql`t.val_loss`,
  val_acc: Prisma.sql`t.val_acc`,
  test_loss: Prisma.sql`t.test_loss`,
  test_acc: Prisma.sql`t.test_acc`,
}

/** An order as SQL, and how a row that follows another compares with it. */
export const ORDER_SQL: Readonly<Record<SortOrder, { order: Prisma.Sql; follows: Prisma.Sql }>> = {
  asc: { order: Prisma.sql`ASC`, follows: Prisma.sql`>` },
  desc: { order: Prisma.sql`DESC`, follows: Prisma.sql`<` },
}

/** A metric of a trial as it is stored, or null. */
export function readMetric(row: TrialRow, metric: MetricName): number | null {
  switch (metric) {
    case 'loss':
      return row.loss
    case 'acc':
      return row.acc
    case 'val_loss':
      return row.valLoss
    case 'val_acc':
      return row.valAcc
    case 'test_loss':
      return row.testLoss
    case 'test_acc':
      return row.testAcc
  }
}
