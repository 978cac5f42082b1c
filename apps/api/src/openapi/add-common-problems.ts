import type { OpenAPIV3_1 } from 'openapi-types'

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
})

const UNAUTHENTICATED = problem('The request carries neither the API_TOKEN nor a session')
const TOO_MANY_REQUESTS = problem(
  'This address has sent too many requests; Retry-After says when to come back',
)

const CROSS_SITE = problem('A page of another site sent the request')
const UNAVAILABLE = problem(
  'A server that the service needs does not respond; Retry-After says when to try again',
)

/** Adds the problems that every operation except the probes may return before its route runs. */
export function addCommonProblems(
  document: Partial<OpenAPIV3_1.Document>,
  hasToken: boolean,
): Partial<OpenAPIV3_1.Document> {
  const common = { ...(hasToken && { 401: UNAUTHENTICATED }), 429: TOO_MANY_REQUESTS, 503: UNAVAILABLE }
  for (const { get, post, put, patch, delete: remove } of Object.values(document.paths ?? {}).map(
    (item) => item ?? {},
  )) {
    for (const operation of [get, post, put, patch, remove]) {
      // Those that need no token, such as the probes, describe all that they return.
      if (operation === undefined || operation.security?.length === 0) continue
      const more = operation === get ? common : { ...common, 403: CROSS_SITE }
      operation.responses = { ...operation.responses, ...more }
    }
  }
  return document
}
