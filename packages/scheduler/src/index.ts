export { advanceSweep } from './advance-sweep.js'
export { cancelSweep } from './cancel-sweep.js'
export { cancelTrial } from './cancel-trial.js'
export { type CreatedSweep, createSweep } from './create-sweep.js'
export { deleteSweep } from './delete-sweep.js'
export { explainWaiting, type WaitingFacts } from './explain-waiting.js'
export { failTrial, releaseTrial } from './fail-trial.js'
export { finishTrial, reportEpoch } from './finish-trial.js'
export { type FailureFacts, judgeFailures } from './judge-failures.js'
export { pauseSweep } from './pause-sweep.js'
export { planSweep, type SweepLimits, type SweepPlan } from './plan-sweep.js'
export type {
  BeatAnswer,
  ClaimableQuery,
  ClaimedTrial,
  EpochAnswer,
  Fence,
  ListQuery,
  NewSweep,
  NewTrial,
  NewWorker,
  ProcessTrialJob,
  Requeueing,
  SchedulerPorts,
  StoredSweep,
  SweepQuery,
  SweepStanding,
  SweepStore,
  TrialClaim,
  TrialConsumer,
  TrialJob,
  TrialQuery,
  TrialQueue,
  TrialStanding,
  UnreadableSweep,
  WaitingTrial,
  WorkerBeat,
} from './ports.js'
export { type Repairs, reconcile } from './reconcile.js'
export { type ReconcileLog, startReconciling } from './reconcile-loop.js'
export { type Repetition, repeatUntilStopped } from './repeat-until-stopped.js'
export { requestDrain } from './request-drain.js'
export { resumeSweep } from './resume-sweep.js'
export type { RetryPolicy } from './retry-policy.js'
export { retrySweep } from './retry-sweep.js'
export { retryTrial } from './retry-trial.js'
export { startTrial } from './start-trial.js'
export { updateSweep } from './update-sweep.js'
