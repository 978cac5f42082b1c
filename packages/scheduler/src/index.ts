// Stores decide as the use-cases do: what a pruner makes of an epoch is stored together with it.
export { hasRungs, judgeEpoch, listRungs, needsPeers } from '@sweepd/search'
export {
  type AddedDataset,
  DATASET_CHUNK_BYTES,
  type DatasetBytes,
  type DatasetRemoval,
  type DatasetStore,
  type NewDataset,
} from './dataset-ports.js'
export {
  type AddedResult,
  addDataset,
  checkDatasetName,
  type DatasetUpload,
} from './datasets/add-dataset.js'
export { datasetGone, getDataset, removeDataset } from './datasets/own-datasets.js'
export type { EventLog, LoggedChange, LogPage, LogPlace } from './event-log.js'
export { decideGrowth } from './growing/decide-growth.js'
export { growSweep } from './growing/grow-sweep.js'
export type { GrowingTrial, Growth, GrowthRevision, GrowthStep } from './growing/growth.js'
export type {
  BeatAnswer,
  ClaimableQuery,
  ClaimedTrial,
  EpochAnswer,
  Fence,
  FinalMetrics,
  GpuRequest,
  GpuShare,
  ListQuery,
  NewSweep,
  NewTrial,
  NewWorker,
  ProcessTrialJob,
  Pruning,
  Requeueing,
  SchedulerPorts,
  StoredSweep,
  SweepExtension,
  SweepQuery,
  SweepStanding,
  SweepStore,
  TrainedModel,
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
export { JobWatch, type Repairs, reconcile } from './queueing/reconcile.js'
export { type ReconcileLog, startReconciling } from './queueing/reconcile-loop.js'
export { type Repetition, repeatUntilStopped } from './repeat-until-stopped.js'
export { advanceSweep } from './sweeps/advance-sweep.js'
export {
  cancelSweep,
  deleteSweep,
  pauseSweep,
  resumeSweep,
  retrySweep,
  updateSweep,
} from './sweeps/change-sweep.js'
export { type CreatedSweep, createSweep } from './sweeps/create-sweep.js'
export { type FailureFacts, judgeFailures } from './sweeps/judge-failures.js'
export { planSweep, type SweepLimits, type SweepPlan } from './sweeps/plan-sweep.js'
export { cancelTrial, retryTrial } from './trials/change-trial.js'
export { explainWaiting, type WaitingFacts } from './trials/explain-waiting.js'
export {
  failTrial,
  finishTrial,
  type ModelOffer,
  mayHold,
  releaseTrial,
  reportEpoch,
} from './trials/report-attempt.js'
export type { RetryPolicy } from './trials/retry-policy.js'
export { startTrial } from './trials/start-trial.js'
export type {
  ExportQuery,
  PointSort,
  PointsQuery,
  RecordedCurve,
  SpanQuery,
  SweepViews,
} from './view-ports.js'
export { requestDrain } from './workers/request-drain.js'
