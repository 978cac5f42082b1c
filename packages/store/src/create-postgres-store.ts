import type { EventLog, SweepStore } from '@sweepd/scheduler'
import { Database, type PostgresOptions } from './database.js'
import { findEndOfLog, readLog, trimLog } from './events/event-log.js'
import { Prisma } from './generated/client.js'
import { createDatasetStore } from './operations/datasets/create-dataset-store.js'
import {
  cancelSweep,
  deleteSweep,
  pauseSweep,
  resumeSweep,
  updateSweep,
} from './operations/sweeps/change-sweep.js'
import { completeEndedSweeps, completeSweep } from './operations/sweeps/complete-sweep.js'
import { extendSweep } from './operations/sweeps/extend-sweep.js'
import { findGrowth, listGrowingSweeps } from './operations/sweeps/find-growth.js'
import { growSweep } from './operations/sweeps/grow-sweep.js'
import { insertSweep } from './operations/sweeps/insert-sweep.js'
import { pauseFailingSweep } from './operations/sweeps/pause-failing-sweep.js'
import { findSweep, findSweeps, listSweeps } from './operations/sweeps/read-sweeps.js'
import { cancelTrial } from './operations/trials/cancel-trials.js'
import { claimTrial } from './operations/trials/claim-trial.js'
import { countClaimableTrials, listClaimableTrials } from './operations/trials/claimable-trials.js'
import { discardCheckpoint } from './operations/trials/discard-checkpoint.js'
import { completeTrial, failTrial, requeueTrial } from './operations/trials/end-attempt.js'
import { findTrial, findTrials } from './operations/trials/find-trial.js'
import { listTrials } from './operations/trials/list-trials.js'
import { recordEpoch } from './operations/trials/record-epoch.js'
import { requeueExpired } from './operations/trials/requeue-expired.js'
import { retryFailedTrials, retryTrial } from './operations/trials/retry-trials.js'
import { dropModels, findModel, ranksAmongBest } from './operations/trials/trained-models.js'
import { beat } from './operations/workers/beat.js'
import { leaseGpus, releaseGpu } from './operations/workers/gpu-leases.js'
import {
  countUnfinishedTrials,
  deregisterWorker,
  listWorkers,
  registerWorker,
  removeOldWorkers,
  requestDrain,
} from './operations/workers/workers.js'
import { listByNumber } from './views/list-by-number.js'
import { listCurves } from './views/list-curves.js'
import { listPoints } from './views/list-points.js'
import { listSpans } from './views/list-spans.js'

/** The store on a Postgres that has all migrations applied. Connects at the first call; `close` ends the pool. */
export function createPostgresStore(options: PostgresOptions): SweepStore & EventLog {
  const database = new Database(options)
  return {
    datasets: createDatasetStore(database),
    insertSweep: (sweep, trials) => insertSweep(database, sweep, trials),
    findSweep: (id) => findSweep(database, id),
    listSweeps: (query) => listSweeps(database, query),
    listTrials: (query) => listTrials(database, query),
    findTrial: (id) => findTrial(database, id),
    listPoints: (query) => listPoints(database, query),
    listByNumber: (query) => listByNumber(database, query),
    listCurves: (trialIds) => listCurves(database, trialIds),
    listSpans: (query) => listSpans(database, query),
    claimTrial: (claim) => claimTrial(database, claim),
    recordEpoch: (fence, metrics, checkpoint, leaseMs, pruning) =>
      recordEpoch(database, fence, metrics, checkpoint, leaseMs, pruning),
    discardCheckpoint: (fence) => discardCheckpoint(database, fence),
    completeTrial: (fence, score, kept, model) => completeTrial(database, fence, score, kept, model),
    ranksAmongBest: (sweepId, metrics, count) => ranksAmongBest(database, sweepId, metrics, count),
    dropModels: (sweepId, count) => dropModels(database, sweepId, count),
    findModel: (trialId) => findModel(database, trialId),
    failTrial: (fence, error) => failTrial(database, fence, error),
    requeueTrial: (fence, ending) => requeueTrial(database, fence, ending),
    requeueExpired: () => requeueExpired(database),
    cancelTrial: (trialId) => cancelTrial(database, trialId),
    retryTrial: (trialId) => retryTrial(database, trialId),
    countClaimableTrials: () => countClaimableTrials(database),
    listClaimableTrials: (query) => listClaimableTrials(database, query),
    findGrowth: (sweepId) => findGrowth(database, sweepId),
    growSweep: (sweepId, revision, step) => growSweep(database, sweepId, revision, step),
    extendSweep: (sweepId, extension) => extendSweep(database, sweepId, extension),
    listGrowingSweeps: () => listGrowingSweeps(database),
    completeSweep: (sweepId) => completeSweep(database, sweepId),
    completeEndedSweeps: () => completeEndedSweeps(database),
    pauseSweep: (sweepId, reason) => pauseSweep(database, sweepId, reason),
    pauseFailingSweep: (sweepId) => pauseFailingSweep(database, sweepId),
    resumeSweep: (sweepId) => resumeSweep(database, sweepId),
    cancelSweep: (sweepId) => cancelSweep(database, sweepId),
    retryFailedTrials: (sweepId) => retryFailedTrials(database, sweepId),
    updateSweep: (sweepId, changes) => updateSweep(database, sweepId, changes),
    deleteSweep: (sweepId) => deleteSweep(database, sweepId),
    registerWorker: (worker, leaseMs) => registerWorker(database, worker, leaseMs),
    beat: (sign) => beat(database, sign),
    leaseGpus: (request) => leaseGpus(database, request),
    releaseGpu: (workerId, share) => releaseGpu(database, workerId, share),
    deregisterWorker: (workerId) => deregisterWorker(database, workerId),
    requestDrain: (workerId) => requestDrain(database, workerId),
    listWorkers: () => listWorkers(database),
    countUnfinishedTrials: () => countUnfinishedTrials(database),
    removeOldWorkers: (unseenMs) => removeOldWorkers(database, unseenMs),
    readLog: (from, limit) => readLog(database, from, limit),
    findEndOfLog: () => findEndOfLog(database),
    findSweeps: (ids) => findSweeps(database, ids),
    findTrials: (ids) => findTrials(database, ids),
    trimLog: () => trimLog(database),
    ping: async () => {
      await database.query(Prisma.sql`SELECT state FROM sweep LIMIT 1`)
    },
    close: () => database.close(),
  }
}
