import type { Prisma } from '../../generated/client.js'

/**
 * Queued or running → cancelled for the trials that match; answers how many. The attempts are closed by a statement of
 * their own: an attempt that a racing claim has just opened is visible only after the wait for its trial.
 */
export async function cancelTrials(
  transaction: Prisma.TransactionClient,
  trials: Prisma.Sql,
): Promise<number> {
  const cancelled = await transaction.$queryRaw<{ id: string }[]>`
    UPDATE trial t SET state = 'cancelled', finished_at = now(), not_before = NULL
    WHERE ${trials} AND t.state IN ('queued', 'running')
    RETURNING t.id`
  const ids = cancelled.map(({ id }) => id)
  await transaction.$executeRaw`
    UPDATE attempt SET outcome = 'cancelled', finished_at = now(), lease_expires_at = NULL
    WHERE trial_id = ANY(${ids}::uuid[]) AND outcome = 'running'`
  await transaction.$executeRaw`DELETE FROM checkpoint WHERE trial_id = ANY(${ids}::uuid[])`
  return ids.length
}
