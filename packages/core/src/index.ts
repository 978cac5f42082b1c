export type { Budget } from './definition/budget.js'
export { isActive, type When } from './definition/conditions.js'
export { type Constraint, satisfiesConstraints } from './definition/constraints.js'
export {
  DATASET_FACTS,
  DATASET_NAMES,
  type DatasetFacts,
  type DatasetName,
  type DatasetReference,
  factsOf,
  formatDatasetReference,
  isBuiltIn,
  parseDatasetReference,
} from './definition/datasets.js'
export { listOversizedSizes } from './definition/definition-checks.js'
export { completePoints } from './definition/points.js'
export type { Pruner } from './definition/pruner.js'
export { type Axis, isRange, type Range, type SearchSpace } from './definition/search-space.js'
export { parseSweepChanges, type SweepChanges, sweepChangesSchema } from './definition/sweep-changes.js'
export {
  parseSweepDefinition,
  type SweepDefinition,
  sweepDefinitionSchema,
} from './definition/sweep-definition.js'
export { commonVariables, EnvironmentError, parseEnvironment, wholeNumberVariable } from './environment.js'
export {
  ACTIVATIONS,
  DEFAULT_LOSS,
  DEFAULT_SCHEDULE,
  HYPERPARAMETER_NAMES,
  type HyperparameterName,
  type Hyperparameters,
  hyperparametersSchema,
  LOSSES,
  type LossName,
  OPTIMIZERS,
  SCHEDULES,
  type ScheduleName,
  toPair,
} from './hyperparameters/hyperparameters.js'
export { isWholeNumber } from './hyperparameters/numeric-hyperparameters.js'
export { MalformedJsonError, parseJson } from './json/parse-json.js'
export { findShrinkage, POOL_SIZE } from './network/feature-map.js'
export { estimateTrainingMemory, type TrainingMemory } from './network/training-memory.js'
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
  StoredFormatError,
  type SuggestedAction,
  UnavailableError,
} from './problems/errors.js'
export { listProblems, toPointer } from './problems/field-problems.js'
export { nearestName } from './problems/nearest-name.js'
export { type ProblemDetails, problemDetailsSchema } from './problems/problem-details.js'
export {
  type Dataset,
  type DatasetContent,
  type DatasetSummary,
  datasetContentSchema,
  datasetListSchema,
  datasetSchema,
  OWN_DATASET_NAME,
  SPLITS,
  type Split,
} from './resources/dataset.js'
export {
  bestFirst,
  type EpochMetrics,
  epochMetricsSchema,
  METRIC_NAMES,
  type MetricName,
  type Score,
  type SortOrder,
  scoreSchema,
} from './resources/metrics.js'
export { type Page, sweepPageSchema, trialPageSchema } from './resources/page.js'
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
} from './resources/states.js'
export {
  type Accounting,
  countPlanned,
  REPEAT_REASONS,
  type RepeatReason,
  type SkippedPoints,
  type Sweep,
  type SweepPreview,
  type SweepRetry,
  sweepPreviewSchema,
  sweepRetrySchema,
  sweepSchema,
  type TrialCounts,
} from './resources/sweep.js'
export {
  ATTEMPT_OUTCOMES,
  type Attempt,
  type AttemptOutcome,
  type Trial,
  type TrialDetail,
  type TrialError,
  trialDetailSchema,
  trialSchema,
} from './resources/trial.js'
export {
  isPresent,
  WORKER_STATES,
  type Worker,
  type WorkerSlot,
  type WorkerState,
  workerListSchema,
  workerSchema,
} from './resources/worker.js'
export { hashDefinition, hashHyperparameters } from './stored/hashes.js'
export {
  FORMAT_VERSION,
  formatVersionOf,
  parseStoredDefinition,
  parseStoredHyperparameters,
  parseStoredScore,
  toStoredDefinition,
} from './stored/stored-json.js'
export {
  EVENT_SCHEMAS,
  type EventName,
  MAX_TOPICS,
  parseTopic,
  type SweepEvent,
  type Topic,
} from './views/events.js'
export {
  type Curve,
  type Span,
  type SweepCurves,
  type SweepPoints,
  type SweepTimeline,
  sweepCurvesSchema,
  sweepPointsSchema,
  sweepTimelineSchema,
} from './views/sweep-views.js'
export {
  FILTER_OPERATORS,
  type FilterOperator,
  formatCondition,
  isHyperparameterField,
  parseTrialFilter,
  TRIAL_COLUMNS,
  TRIAL_FIELDS,
  type TrialCondition,
  type TrialField,
} from './views/trial-filter.js'
