import { NotFoundError } from '@sweepd/core'
import { z } from 'zod'

/** Path of one sweep or trial. Any text is let through: one that is no UUID is an id that nothing has. */
export const idParameter = z.strictObject({ id: z.string().describe('a UUID') })

/** What `find` finds for an id. Throws NotFoundError naming the id, also one that is no UUID. */
export async function getById<T>(
  kind: 'sweep' | 'trial',
  id: string,
  find: (id: string) => Promise<T | undefined>,
): Promise<T> {
  const found = z.guid().safeParse(id).success ? await find(id.toLowerCase()) : undefined
  if (found === undefined) throw new NotFoundError(kind, id)
  return found
}
