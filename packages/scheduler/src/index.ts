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
export { type Repairs, reconcile } from './queueing/reconcile.js'
export { type ReconcileLog, startReconciling } from './queueing/reconcile-loop.js'
export { type Repetition, repeatUntilStopped } from './repeat-until-stopped.js'
export { advanceSweep } from './sweeps/advance-sweep.js'
export { cancelSweep } from './sweeps/cancel-sweep.js'
export { type CreatedSweep, createSweep } from './sweeps/create-sweep.js'
export { deleteSweep } from './sweeps/delete-sweep.js'
export { type FailureFacts, judgeFailures } from './sweeps/judge-failures.js'
export { pauseSweep } from './sweeps/pause-sweep.js'
export { planSweep, type SweepLimits, type SweepPlan } from './sweeps/plan-sweep.js'
export { resumeSweep } from './sweeps/resume-sweep.js'
export { retrySweep } from './sweeps/retry-sweep.js'
export { updateSweep } from './sweeps/update-sweep.js'
export { cancelTrial } from './trials/cancel-trial.js'
export { explainWaiting, type WaitingFacts } from './trials/explain-waiting.js'
export { failTrial, releaseTrial } from './trials/fail-trial.js'
export { finishTrial, reportEpoch } from './trials/finish-trial.js'
export type { RetryPolicy } from './trials/retry-policy.js'
export { retryTrial } from './trials/retry-trial.js'
export { startTrial } from './trials/start-trial.js'
export { requestDrain } from './workers/request-drain.js'
