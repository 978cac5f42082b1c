import { NotFoundError } from '@sweepd/core'
import { z } from 'zod'

/** Path of one sweep or trial. Any text is let through: one that is no UUID is an id that nothing has. */
export const idParameter = z.strictObject({ id: z.string().describe('a UUID') })

/** Path of one worker. */
export const workerIdParameter = z.strictObject({ id: z.string().describe('as GET /workers shows it') })

/** The id of a path as it is stored. Throws NotFoundError naming it if it is no UUID. */
export function parseId(kind: 'sweep' | 'trial', id: string): string {
  if (!z.guid().safeParse(id).success) throw new NotFoundError(kind, id)
  return id.toLowerCase()
}

/** The id of a worker. Throws NotFoundError naming it if it holds what the id of no worker does. */
export function parseWorkerId(id: string): string {
  if (!/^[\x21-\x7e]+$/.test(id)) throw new NotFoundError('worker', id)
  return id
}

/** What `find` finds for an id. Throws NotFoundError naming the id, also one that is no UUID. */
export async function getById<T>(
  kind: 'sweep' | 'trial',
  id: string,
  find: (id: string) => Promise<T | undefined>,
): Promise<T> {
  const found = await find(parseId(kind, id))
  if (found === undefined) throw new NotFoundError(kind, id)
  return found
}
