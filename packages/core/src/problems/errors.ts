/** One offending field of an input: where it is and what to do about it. */
export interface FieldProblem {
  /** JSON pointer as a URI fragment (RFC 6901 section 6), such as `#/space/kernel/0`; `#` is the whole input. */
  readonly pointer: string
  /** What is wrong and what would be right. */
  readonly detail: string
}

/** Which DomainError it is. */
export type DomainErrorCode =
  | 'invalid-input'
  | 'impossible-architecture'
  | 'not-found'
  | 'conflict'
  | 'idempotency-key-reused'
  | 'unavailable'
  | 'stored-format'

/** An error that a caller can act on; `code` says which. Only the API knows which HTTP status it becomes. */
export abstract class DomainError extends Error {
  abstract readonly code: DomainErrorCode
}

/** The input is not what the contract asks for; `problems` names every offending field. */
export class InvalidInputError extends DomainError {
  readonly code = 'invalid-input'
  constructor(readonly problems: readonly FieldProblem[]) {
    super(summarize(problems))
    this.name = 'InvalidInputError'
  }
}

const MAX_PROBLEMS_IN_MESSAGE = 10

function summarize(problems: readonly FieldProblem[]): string {
  const shown = problems
    .slice(0, MAX_PROBLEMS_IN_MESSAGE)
    .map(({ pointer, detail }) => `${pointer}: ${detail}`)
  const more = problems.length - shown.length
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('; ')
}

/** One point of a search space whose network cannot be built. */
export interface ImpossiblePoint {
  /** The hyperparameters of the point that the search space varies. */
  readonly point: Readonly<Record<string, unknown>>
  readonly reason: string
}

/** Some points of the search space give networks whose layers shrink below one pixel. */
export class ImpossibleArchitectureError extends DomainError {
  readonly code = 'impossible-architecture'
  constructor(
    /** The first of such points, at most 100. */
    readonly points: readonly ImpossiblePoint[],
    readonly impossibleCount: number,
    readonly totalCount: number,
  ) {
    super(
      `${impossibleCount} of ${totalCount} points cannot be built: ${points[0]?.reason ?? ''}. ` +
        'Use fewer convolution layers, a smaller kernel or stride, or zeroPadding.',
    )
    this.name = 'ImpossibleArchitectureError'
  }
}

/** Nothing has this id. */
export class NotFoundError extends DomainError {
  readonly code = 'not-found'
  constructor(kind: 'sweep' | 'trial' | 'worker' | 'data set' | 'image', id: string, remedy?: string) {
    super(
      [
        `There is no ${kind} with the ${kind === 'data set' || kind === 'image' ? 'name' : 'id'} ${id}.`,
        remedy,
      ]
        .filter((part) => part !== undefined)
        .join(' '),
    )
    this.name = 'NotFoundError'
  }
}

/** Something that a person can do with a sweep. Each way to reach sweepd has its own words for it. */
export interface SuggestedAction {
  readonly name: 'cancel' | 'delete' | 'resume' | 'retry'
  readonly sweepId: string
}

/** The resource is in a state that does not allow what was asked for. */
export class ConflictError extends DomainError {
  readonly code = 'conflict'
  constructor(
    message: string,
    /** What would be possible instead. */
    readonly action?: SuggestedAction,
  ) {
    super(message)
    this.name = 'ConflictError'
  }
}

/** The idempotency key of this request already stands for a sweep with another definition. */
export class IdempotencyKeyReusedError extends DomainError {
  readonly code = 'idempotency-key-reused'
  constructor(sweepId: string) {
    super(
      `This Idempotency-Key already created the sweep ${sweepId}, from another definition. ` +
        'Send a new key with a new definition, or the same definition again.',
    )
    this.name = 'IdempotencyKeyReusedError'
  }
}

/**
 * A server that the service needs is busy or does not respond in time; the same call may succeed shortly. Whether a
 * change was made is unknown.
 */
export class UnavailableError extends DomainError {
  readonly code = 'unavailable'
  /** How long the caller should wait before it tries again, in milliseconds. */
  readonly retryAfterMs: number
  constructor(
    readonly dependency: 'store' | 'queue',
    /** What happened, as a sentence without addresses or secrets: "All 10 connections are in use." */
    reason: string,
    options: ErrorOptions & { readonly retryAfterMs?: number } = {},
  ) {
    super(`The ${dependency === 'store' ? 'database' : 'queue'} is unavailable: ${reason}`, options)
    this.name = 'UnavailableError'
    this.retryAfterMs = options.retryAfterMs ?? 2000
  }
}

/** Stored JSON says something that this build does not understand: a newer one wrote it. */
export class StoredFormatError extends DomainError {
  readonly code = 'stored-format'
  constructor(what: string, problems: readonly FieldProblem[]) {
    super(
      `This version of sweepd cannot read ${what} from the database (${summarize(problems)}). ` +
        'A newer version probably stored it: upgrade this process.',
    )
    this.name = 'StoredFormatError'
  }
}
