import { problemDetailsSchema } from '@sweepd/core'
import type { z } from 'zod'

const PROBLEMS = {
  400: 'The request is invalid; errors names every offending field',
  401: 'The token is wrong',
  403: 'A page of another site sent the request',
  404: 'Nothing has this id',
  408: 'The body came too slowly',
  409: 'The current state does not allow this; detail names it and the remedy',
  413: 'The body is larger than allowed: 1 MiB, or MAX_DATASET_BYTES for a data set',
  415: 'The body is not sent as application/json',
  422: 'The Idempotency-Key stands for a request with another body',
  429: 'This address has sent too many requests; Retry-After says when to come back',
  507: 'The service has no room for the data set',
  503: 'A dependency of the service does not respond',
} as const

/** One successful response, for the schema of a route. */
export const answer = (description: string, schema: z.ZodType) => ({
  description,
  content: { 'application/json': { schema } },
})

/** The problems that a route may return, for its schema. */
export const problems = (...statuses: (keyof typeof PROBLEMS)[]) =>
  Object.fromEntries(
    statuses.map((status) => [
      status,
      {
        description: PROBLEMS[status],
        content: { 'application/problem+json': { schema: problemDetailsSchema } },
      },
    ]),
  )
