import type { OpenAPIV3_1 } from 'openapi-types'

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
})

const UNAUTHENTICATED = problem('The request does not carry the API_TOKEN')
const TOO_MANY_REQUESTS = problem(
  'This address has sent too many requests; Retry-After says when to come back',
)

/** Adds what every operation but the probes may answer before its route is looked at. */
export function addCommonProblems(
  document: Partial<OpenAPIV3_1.Document>,
  hasToken: boolean,
): Partial<OpenAPIV3_1.Document> {
  const common = { ...(hasToken && { 401: UNAUTHENTICATED }), 429: TOO_MANY_REQUESTS }
  const operations = Object.values(document.paths ?? {}).flatMap((item) =>
    [item?.get, item?.post, item?.put, item?.patch, item?.delete].filter(
      (operation) => operation !== undefined,
    ),
  )
  // Probes are those that say that they need no token.
  for (const operation of operations)
    if (operation.security?.length !== 0) operation.responses = { ...operation.responses, ...common }
  return document
}
