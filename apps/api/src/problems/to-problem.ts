import { STATUS_CODES } from 'node:http'
import {
  ConflictError,
  DomainError,
  type DomainErrorCode,
  type FieldProblem,
  ImpossibleArchitectureError,
  InvalidInputError,
  type ProblemDetails,
  type SuggestedAction,
} from '@sweepd/core'
import { HttpError } from './http-error.js'

/** What a request is told of an error, without the parts that depend on the request. */
type Answer = Omit<ProblemDetails, 'type' | 'instance'> & { readonly kind: string }

/** Every domain error and its status: the only place that knows both. */
const DOMAIN_ERRORS: Readonly<Record<DomainErrorCode, { status: number; title: string }>> = {
  'invalid-input': { status: 400, title: 'The input is not valid' },
  'impossible-architecture': { status: 400, title: 'Some points of the search space cannot be built' },
  'not-found': { status: 404, title: 'Not found' },
  conflict: { status: 409, title: 'The current state does not allow this' },
  'idempotency-key-reused': { status: 422, title: 'The Idempotency-Key stands for another request' },
  unavailable: { status: 503, title: 'Not available at the moment' },
  'stored-format': { status: 500, title: 'Stored by a newer version' },
}

/** Faults that Fastify itself finds, in our words. Others of its 4xx keep their own message. */
const FASTIFY_DETAILS: Readonly<Record<string, string>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'The body is larger than 1 MiB.',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'The body must be JSON; send it with content-type: application/json.',
  FST_ERR_MAX_PARAM_LENGTH: 'A part of the path is too long; ids are UUIDs.',
}

/** An error as the problem that is returned. Unexpected ones reveal only the request id to look for. */
export function toProblem(error: unknown, { url, id }: { url: string; id: string }): ProblemDetails {
  const { kind, ...answer } = toAnswer(error, id)
  return { type: `urn:sweepd:problem:${kind}`, ...answer, instance: url }
}

function toAnswer(error: unknown, requestId: string): Answer {
  if (error instanceof DomainError) return answerDomainError(error)
  if (error instanceof HttpError) {
    const { kind, title, status, message } = error
    return { kind, title, status, detail: message }
  }
  return (
    answerFastifyError(error) ?? {
      kind: 'unexpected',
      title: 'Unexpected fault',
      status: 500,
      detail: `The service failed; its log has the cause under the request id ${requestId}.`,
    }
  )
}

function answerDomainError(error: DomainError): Answer {
  const answer = { kind: error.code, ...DOMAIN_ERRORS[error.code] }
  if (error instanceof InvalidInputError) return { ...answer, ...describeFields(error.problems) }
  if (error instanceof ImpossibleArchitectureError) {
    const { message, points, impossibleCount, totalCount } = error
    return { ...answer, detail: message, points: [...points], impossibleCount, totalCount }
  }
  if (error instanceof ConflictError && error.action !== undefined)
    return {
      ...answer,
      detail: error.message,
      action: { ...error.action, request: requestFor(error.action) },
    }
  return { ...answer, detail: error.message }
}

function requestFor({ name, sweepId }: SuggestedAction): string {
  return name === 'delete' ? `DELETE /sweeps/${sweepId}` : `POST /sweeps/${sweepId}/${name}`
}

function describeFields(problems: readonly FieldProblem[]): { detail: string; errors: FieldProblem[] } {
  const count = problems.length === 1 ? 'One field is' : `${problems.length} fields are`
  return { detail: `${count} invalid.`, errors: [...problems] }
}

function answerFastifyError(error: unknown): Answer | undefined {
  const {
    code = '',
    statusCode,
    message = '',
  } = (error ?? {}) as {
    code?: string
    statusCode?: number
    message?: string
  }
  if (statusCode === undefined || statusCode < 400 || statusCode >= 500) return undefined
  const title = STATUS_CODES[statusCode] ?? 'The request is not valid'
  return {
    kind: title.toLowerCase().replaceAll(/[^a-z]+/g, '-'),
    title,
    status: statusCode,
    detail: FASTIFY_DETAILS[code] ?? message,
  }
}
