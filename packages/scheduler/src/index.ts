export { advanceSweep } from './advance-sweep.js'
export { createSweep } from './create-sweep.js'
export { failTrial, releaseTrial } from './fail-trial.js'
export { finishTrial, reportEpoch } from './finish-trial.js'
export { planSweep, type SweepLimits, type SweepPlan } from './plan-sweep.js'
export type {
  ClaimedTrial,
  Fence,
  ListQuery,
  NewSweep,
  NewTrial,
  ProcessTrialJob,
  SchedulerPorts,
  SweepQuery,
  SweepStore,
  TrialClaim,
  TrialConsumer,
  TrialJob,
  TrialQuery,
  TrialQueue,
  WaitingTrial,
} from './ports.js'
export { type Repairs, reconcile } from './reconcile.js'
export { type ReconcileLog, startReconciling } from './reconcile-loop.js'
export type { RetryPolicy } from './retry-policy.js'
export { startTrial } from './start-trial.js'
