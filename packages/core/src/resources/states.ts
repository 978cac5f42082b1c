/** Every state of a trial; it is in exactly one. */
export const TRIAL_STATES = ['queued', 'running', 'completed', 'pruned', 'failed', 'cancelled'] as const
/** The state of a trial. */
export type TrialState = (typeof TRIAL_STATES)[number]

/** Every allowed transition; only a trial that its pruner holds is pruned while it is queued. A store changes a state only by a conditional update along one of these. */
export const TRIAL_TRANSITIONS: Readonly<Record<TrialState, readonly TrialState[]>> = {
  queued: ['running', 'cancelled', 'pruned'],
  running: ['completed', 'pruned', 'failed', 'cancelled', 'queued'],
  completed: [],
  pruned: [],
  failed: ['queued'],
  cancelled: [],
}

/** Every state of a sweep; it is in exactly one. */
export const SWEEP_STATES = ['running', 'paused', 'completed', 'cancelled'] as const
/** The state of a sweep. */
export type SweepState = (typeof SWEEP_STATES)[number]

/** Every allowed transition of a sweep. A completed one runs again when a failed trial of it is retried. */
export const SWEEP_TRANSITIONS: Readonly<Record<SweepState, readonly SweepState[]>> = {
  running: ['paused', 'completed', 'cancelled'],
  paused: ['running', 'completed', 'cancelled'],
  completed: ['running'],
  cancelled: [],
}

/** Ended trials never change, except that a failed one may be requeued by an operator. */
export const isEnded = (state: TrialState): boolean => state !== 'queued' && state !== 'running'

/** Why a trial failed, as far as that decides what happens next. */
export const FAILURE_CLASSES = ['infrastructure', 'out-of-memory', 'diverged', 'invalid'] as const
/** A class of failure; decides whether the trial is attempted again. */
export type FailureClass = (typeof FAILURE_CLASSES)[number]
