import type { SweepStore } from '@sweepd/scheduler'
import { connectPrisma, type PostgresOptions } from './connect-prisma.js'
import { cancelSweep } from './operations/sweeps/cancel-sweep.js'
import { completeEndedSweeps, completeSweep } from './operations/sweeps/complete-sweep.js'
import { deleteSweep } from './operations/sweeps/delete-sweep.js'
import { findSweep } from './operations/sweeps/find-sweep.js'
import { insertSweep } from './operations/sweeps/insert-sweep.js'
import { listSweeps } from './operations/sweeps/list-sweeps.js'
import { pauseFailingSweep } from './operations/sweeps/pause-failing-sweep.js'
import { pauseSweep } from './operations/sweeps/pause-sweep.js'
import { resumeSweep } from './operations/sweeps/resume-sweep.js'
import { updateSweep } from './operations/sweeps/update-sweep.js'
import { cancelTrial } from './operations/trials/cancel-trial.js'
import { claimTrial } from './operations/trials/claim-trial.js'
import { countClaimableTrials, listClaimableTrials } from './operations/trials/claimable-trials.js'
import { completeTrial } from './operations/trials/complete-trial.js'
import { discardCheckpoint } from './operations/trials/discard-checkpoint.js'
import { failTrial } from './operations/trials/fail-trial.js'
import { findTrial } from './operations/trials/find-trial.js'
import { listTrials } from './operations/trials/list-trials.js'
import { recordEpoch } from './operations/trials/record-epoch.js'
import { requeueExpired } from './operations/trials/requeue-expired.js'
import { requeueTrial } from './operations/trials/requeue-trial.js'
import { retryFailedTrials, retryTrial } from './operations/trials/retry-trials.js'
import { beat } from './operations/workers/beat.js'
import { listWorkers } from './operations/workers/list-workers.js'
import { registerWorker } from './operations/workers/register-worker.js'
import { requestDrain } from './operations/workers/request-drain.js'
import { deregisterWorker, removeOldWorkers } from './operations/workers/retire-workers.js'

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
