import type { Fence } from '@sweepd/scheduler'
import type { PrismaClient } from '../generated/client.js'
import { isUuid } from '../is-uuid.js'

/** Lets the lease end `leaseMs` from now, if the attempt still runs: no other attempt of its trial does then. */
export async function renewLease(
  prisma: PrismaClient,
  { trialId, attempt }: Fence,
  leaseMs: number,
): Promise<boolean> {
  if (!isUuid(trialId)) return false
  const renewed = await prisma.$executeRaw`
    UPDATE attempt
    SET lease_expires_at = now() + ${leaseMs}::float8 * interval '1 ms'
    WHERE trial_id = ${trialId}::uuid AND number = ${attempt}::int AND outcome = 'running'`
  return renewed === 1
}
