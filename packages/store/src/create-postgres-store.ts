import type { SweepStore } from '@sweepd/scheduler'
import { connectPrisma, type PostgresOptions } from './connect-prisma.js'
import { claimTrial } from './operations/claim-trial.js'
import { completeSweep } from './operations/complete-sweep.js'
import { completeTrial } from './operations/complete-trial.js'
import { failTrial } from './operations/fail-trial.js'
import { findSweep } from './operations/find-sweep.js'
import { findTrial } from './operations/find-trial.js'
import { insertSweep } from './operations/insert-sweep.js'
import { listSweeps } from './operations/list-sweeps.js'
import { listTrials } from './operations/list-trials.js'
import { listWaitingTrials } from './operations/list-waiting-trials.js'
import { recordEpoch } from './operations/record-epoch.js'
import { renewLease } from './operations/renew-lease.js'
import { requeueExpired } from './operations/requeue-expired.js'
import { requeueTrial } from './operations/requeue-trial.js'

/** The store on a Postgres that has all migrations applied. Connects at the first call; `close` ends the pool. */
export function createPostgresStore(options: PostgresOptions): SweepStore {
  const prisma = connectPrisma(options)
  return {
    insertSweep: (sweep, trials) => insertSweep(prisma, sweep, trials),
    findSweep: (id) => findSweep(prisma, id),
    listSweeps: (query) => listSweeps(prisma, query),
    listTrials: (query) => listTrials(prisma, query),
    findTrial: (id) => findTrial(prisma, id),
    claimTrial: (claim) => claimTrial(prisma, claim),
    renewLease: (fence, leaseMs) => renewLease(prisma, fence, leaseMs),
    recordEpoch: (fence, metrics, leaseMs) => recordEpoch(prisma, fence, metrics, leaseMs),
    completeTrial: (fence, score, kept) => completeTrial(prisma, fence, score, kept),
    failTrial: (fence, error) => failTrial(prisma, fence, error),
    requeueTrial: (fence, ending) => requeueTrial(prisma, fence, ending),
    requeueExpired: () => requeueExpired(prisma),
    listWaitingTrials: (page) => listWaitingTrials(prisma, page),
    countWaitingTrials: () => prisma.trial.count({ where: { state: 'queued' } }),
    completeSweep: (sweepId) => completeSweep(prisma, sweepId),
    ping: async () => {
      await prisma.$queryRaw`SELECT 1`
    },
    close: () => prisma.$disconnect(),
  }
}
