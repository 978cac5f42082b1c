import type { SweepStore } from '@sweepd/scheduler'
import { connectPrisma, type PostgresOptions } from './connect-prisma.js'
import { beat } from './operations/beat.js'
import { cancelSweep } from './operations/cancel-sweep.js'
import { cancelTrial } from './operations/cancel-trial.js'
import { claimTrial } from './operations/claim-trial.js'
import { countClaimableTrials, listClaimableTrials } from './operations/claimable-trials.js'
import { completeEndedSweeps, completeSweep } from './operations/complete-sweep.js'
import { completeTrial } from './operations/complete-trial.js'
import { deleteSweep } from './operations/delete-sweep.js'
import { discardCheckpoint } from './operations/discard-checkpoint.js'
import { failTrial } from './operations/fail-trial.js'
import { findSweep } from './operations/find-sweep.js'
import { findTrial } from './operations/find-trial.js'
import { insertSweep } from './operations/insert-sweep.js'
import { listSweeps } from './operations/list-sweeps.js'
import { listTrials } from './operations/list-trials.js'
import { listWorkers } from './operations/list-workers.js'
import { pauseFailingSweep } from './operations/pause-failing-sweep.js'
import { pauseSweep } from './operations/pause-sweep.js'
import { recordEpoch } from './operations/record-epoch.js'
import { registerWorker } from './operations/register-worker.js'
import { requestDrain } from './operations/request-drain.js'
import { requeueExpired } from './operations/requeue-expired.js'
import { requeueTrial } from './operations/requeue-trial.js'
import { resumeSweep } from './operations/resume-sweep.js'
import { deregisterWorker, removeOldWorkers } from './operations/retire-workers.js'
import { retryFailedTrials, retryTrial } from './operations/retry-trials.js'
import { updateSweep } from './operations/update-sweep.js'

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
    recordEpoch: (fence, metrics, checkpoint, leaseMs) =>
      recordEpoch(prisma, fence, metrics, checkpoint, leaseMs),
    discardCheckpoint: (fence) => discardCheckpoint(prisma, fence),
    completeTrial: (fence, score, kept) => completeTrial(prisma, fence, score, kept),
    failTrial: (fence, error) => failTrial(prisma, fence, error),
    requeueTrial: (fence, ending) => requeueTrial(prisma, fence, ending),
    requeueExpired: () => requeueExpired(prisma),
    cancelTrial: (trialId) => cancelTrial(prisma, trialId),
    retryTrial: (trialId) => retryTrial(prisma, trialId),
    countClaimableTrials: () => countClaimableTrials(prisma),
    listClaimableTrials: (query) => listClaimableTrials(prisma, query),
    completeSweep: (sweepId) => completeSweep(prisma, sweepId),
    completeEndedSweeps: () => completeEndedSweeps(prisma),
    pauseSweep: (sweepId, reason) => pauseSweep(prisma, sweepId, reason),
    pauseFailingSweep: (sweepId) => pauseFailingSweep(prisma, sweepId),
    resumeSweep: (sweepId) => resumeSweep(prisma, sweepId),
    cancelSweep: (sweepId) => cancelSweep(prisma, sweepId),
    retryFailedTrials: (sweepId) => retryFailedTrials(prisma, sweepId),
    updateSweep: (sweepId, changes) => updateSweep(prisma, sweepId, changes),
    deleteSweep: (sweepId) => deleteSweep(prisma, sweepId),
    registerWorker: (worker, leaseMs) => registerWorker(prisma, worker, leaseMs),
    beat: (sign) => beat(prisma, sign),
    deregisterWorker: (workerId) => deregisterWorker(prisma, workerId),
    requestDrain: (workerId) => requestDrain(prisma, workerId),
    listWorkers: () => listWorkers(prisma),
    removeOldWorkers: (unseenMs) => removeOldWorkers(prisma, unseenMs),
    ping: async () => {
      await prisma.$queryRaw`SELECT 1`
    },
    close: () => prisma.$disconnect(),
  }
}
