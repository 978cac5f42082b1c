import { InvalidInputError } from '@sweepd/core'
import { z } from 'zod'

const RULE = 'Idempotency-Key is 1 to 255 printable ASCII characters, such as a UUID'

/** The header that names a request, for its documentation. */
export const idempotencyKeyHeader = z.object({
  'idempotency-key': z
    .string()
    .optional()
    .describe('any text that is new for each sweep: however often the request arrives, it makes one sweep'),
})

/** The key of a request, if it has one. Throws InvalidInputError for one that cannot be a key. */
export function parseIdempotencyKey(header: string | readonly string[] | undefined): string | undefined {
  if (header === undefined) return undefined
  if (typeof header === 'string' && /^[\x20-\x7e]{1,255}$/.test(header)) return header
  throw new InvalidInputError([{ pointer: '#/Idempotency-Key', detail: RULE }])
}
