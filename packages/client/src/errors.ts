import type { ProblemDetails } from '@sweepd/core'

/** The API refused: `problem` is its response, and the message says all of it on several lines. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  constructor(
    readonly problem: ProblemDetails,
    request: string,
  ) {
    super(describe(problem, request))
    this.status = problem.status
  }
}

/** Nobody answered at the address of the API, or not in time. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError'
}

/** Something answered that is not this version of the API. */
export class UnexpectedAnswerError extends Error {
  override readonly name = 'UnexpectedAnswerError'
}

function describe({ title, status, detail, errors, points }: ProblemDetails, request: string): string {
  const fields = errors?.map(({ pointer, detail }) => `  ${pointer}: ${detail}`) ?? []
  const impossible = points?.map(({ point, reason }) => `  ${JSON.stringify(point)}: ${reason}`) ?? []
  return [`${title} (${status}, ${request})`, detail, ...fields, ...impossible].join('\n')
}
