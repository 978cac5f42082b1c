import { Prisma, type PrismaClient } from './generated/client.js'

/** Runs several queries on one state of the database. */
export function readOnly<T>(
  prisma: PrismaClient,
  read: (transaction: Prisma.TransactionClient) => Promise<T>,
): Promise<T> {
  return prisma.$transaction(read, {
    isolationLevel: Prisma.TransactionIsolationLevel.RepeatableRead,
    maxWait: 30_000,
    timeout: 30_000,
  })
}
