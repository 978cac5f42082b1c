import { NotFoundError } from '@sweepd/core'
import { z } from 'zod'
import { HttpError } from '../problems/http-error.js'

/** Path of one sweep or trial. Any text is let through: one that is no UUID is an id that nothing has. */
export const idParameter = z.strictObject({ id: z.string().describe('a UUID') })

/** Path of one worker. */
export const workerIdParameter = z.strictObject({ id: z.string().describe('as GET /workers shows it') })

/** The id of a path as it is stored. Throws NotFoundError naming it if it is no UUID, HttpError 404 if it is empty. */
export function parseId(kind: 'sweep' | 'trial', id: string): string {
  refuseEmpty(kind, id)
  if (!z.guid().safeParse(id).success) throw new NotFoundError(kind, id)
  return id.toLowerCase()
}

/** The id of a worker. Throws NotFoundError naming it if it holds what the id of no worker does. */
export function parseWorkerId(id: string): string {
  refuseEmpty('worker', id)
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

function refuseEmpty(kind: string, id: string): void {
  if (id === '')
    throw new HttpError(
      404,
      'no-route',
      `The id of a ${kind} is missing from this address; /docs lists all addresses.`,
    )
}
