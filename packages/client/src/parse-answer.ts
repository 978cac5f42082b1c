import { listProblems, problemDetailsSchema } from '@sweepd/core'
import { ApiError, UnexpectedAnswerError } from './errors.js'

/** What a response must look like; each schema of core is one. */
export interface AnswerSchema<T> {
  safeParse(
    input: unknown,
  ): { success: true; data: T } | { success: false; error: Parameters<typeof listProblems>[0] }
}

/**
 * The body of a response as `schema` describes it. `request` names the request in messages.
 * @throws ApiError if the API refused, UnexpectedAnswerError if something other than this API answered.
 */
export async function parseAnswer<T>(
  response: Response,
  schema: AnswerSchema<T>,
  request: string,
): Promise<T> {
  const body = parseJson(await response.text())
  if (!response.ok) throw toApiError(response, body, request)
  const result = schema.safeParse(body)
  if (result.success) return result.data
  const faults = listProblems(result.error, body).map(({ pointer, detail }) => `  ${pointer}: ${detail}`)
  throw new UnexpectedAnswerError(
    [
      `${response.url} answered ${request} with something unexpected. Is it a sweepd API of this version?`,
      ...faults,
    ].join('\n'),
  )
}

function toApiError(response: Response, body: unknown, request: string): Error {
  const problem = problemDetailsSchema.safeParse(body)
  if (problem.success) return new ApiError(problem.data, request)
  const type = response.headers.get('content-type') ?? 'no content type'
  return new UnexpectedAnswerError(
    `${response.url} answered ${request} with ${response.status} (${type}), which is not a response of the sweepd API.`,
  )
}

/** Undefined for a text that is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
