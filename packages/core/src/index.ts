export { DATASET_FACTS, DATASET_NAMES, type DatasetFacts, type DatasetName } from './datasets.js'
export { hashDefinition } from './definition-hash.js'
export { commonVariables, EnvironmentError, parseEnvironment, wholeNumberVariable } from './environment.js'
export {
  ConflictError,
  DomainError,
  type DomainErrorCode,
  type FieldProblem,
  IdempotencyKeyReusedError,
  ImpossibleArchitectureError,
  type ImpossiblePoint,
  InvalidInputError,
  NotFoundError,
} from './errors.js'
export { findShrinkage, POOL_SIZE } from './feature-map.js'
export {
  ACTIVATIONS,
  DEFAULT_LOSS,
  HYPERPARAMETER_NAMES,
  type HyperparameterName,
  type Hyperparameters,
  hyperparametersSchema,
  LOSSES,
  type LossName,
  OPTIMIZERS,
  toPair,
} from './hyperparameters.js'
export { hashHyperparameters } from './hyperparameters-hash.js'
export { findJsonFault, type JsonFault } from './json-fault.js'
export {
  bestFirst,
  type EpochMetrics,
  epochMetricsSchema,
  METRIC_NAMES,
  type MetricName,
  type Score,
  type SortOrder,
  scoreSchema,
} from './metrics.js'
export { isWholeNumber } from './numeric-hyperparameters.js'
export { type Page, sweepPageSchema, trialPageSchema } from './page.js'
export { type ProblemDetails, problemDetailsSchema } from './problem-details.js'
export { listProblems, toPointer } from './problems.js'
export { type Axis, isRange, type Range, type SearchSpace } from './search-space.js'
export {
  type Accounting,
  REPEAT_REASONS,
  type RepeatReason,
  type Sweep,
  sweepSchema,
  type TrialCounts,
} from './sweep.js'
export { parseSweepChanges, type SweepChanges, sweepChangesSchema } from './sweep-changes.js'
export { parseSweepDefinition, type SweepDefinition, sweepDefinitionSchema } from './sweep-definition.js'
export { type SweepPreview, sweepPreviewSchema } from './sweep-preview.js'
export { type SweepRetry, sweepRetrySchema } from './sweep-retry.js'
export { estimateTrainingMemory, type TrainingMemory } from './training-memory.js'
export {
  ATTEMPT_OUTCOMES,
  type Attempt,
  type AttemptOutcome,
  type Trial,
  type TrialDetail,
  type TrialError,
  trialDetailSchema,
  trialSchema,
} from './trial.js'
export {
  FAILURE_CLASSES,
  type FailureClass,
  isEnded,
  SWEEP_STATES,
  SWEEP_TRANSITIONS,
  type SweepState,
  TRIAL_STATES,
  TRIAL_TRANSITIONS,
  type TrialState,
} from './trial-state.js'
export { WORKER_STATES, type Worker, type WorkerState, workerListSchema, workerSchema } from './worker.js'
