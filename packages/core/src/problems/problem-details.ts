import { z } from 'zod'

const fieldProblemSchema = z
  .strictObject({
    pointer: z.string().describe('JSON pointer as a URI fragment, such as #/space/kernel/0 or #/limit'),
    detail: z.string().describe('what is wrong and what would be right'),
  })
  .meta({ id: 'FieldProblem' })

/** A point whose network cannot be built, and why. */
export const impossiblePointSchema = z
  .strictObject({
    point: z.record(z.string(), z.unknown()).describe('the hyperparameters that the search space varies'),
    reason: z.string(),
  })
  .meta({ id: 'ImpossiblePoint' })

const actionSchema = z
  .strictObject({
    name: z.enum(['cancel', 'delete', 'resume', 'retry']),
    sweepId: z.uuid(),
    request: z.string().describe('method and path of the request that does it'),
  })
  .meta({ id: 'SuggestedAction' })

/** Unknown members are dropped, as RFC 9457 asks of those who read problems. */
export const problemDetailsSchema = z
  .object({
    type: z.string().describe('a URI that names the kind of problem'),
    title: z.string().describe('the kind of problem in words'),
    status: z.int().describe('the HTTP status'),
    detail: z.string().describe('what happened this time, and the remedy'),
    instance: z.string().describe('the path and query that were asked for'),
    errors: z.array(fieldProblemSchema).optional().describe('every offending field'),
    points: z.array(impossiblePointSchema).optional().describe('points that cannot be built, at most 100'),
    impossibleCount: z.int().optional().describe('how many points cannot be built'),
    action: actionSchema.optional().describe('what would be possible instead'),
    totalCount: z.int().optional().describe('how many points the search space has'),
  })
  .meta({ id: 'Problem' })

/** An error as HTTP tells it: RFC 9457, `application/problem+json`. */
export type ProblemDetails = z.output<typeof problemDetailsSchema>
