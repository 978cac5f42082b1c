import { InvalidInputError } from '@sweepd/core'
import { isUuid } from './is-uuid.js'

/** A type of a value in a cursor; a key is a list of such values, one for each column of an order. */
export type KeyPart = 'uuid' | 'integer' | 'metric' | 'time'

type KeyValue<P extends KeyPart> = P extends 'uuid'
  ? string
  : P extends 'integer'
    ? number
    : P extends 'metric'
      ? number | null
      : Date
type Key<P extends readonly KeyPart[]> = { -readonly [I in keyof P]: KeyValue<P[I]> }

/** An order that pages are read in: its name, and what identifies a place in it. */
export interface CursorOrder<P extends readonly KeyPart[]> {
  readonly name: string
  readonly parts: P
}

/** The place in an order after the row with this key, as text for the outside. */
export function formatCursor<P extends readonly KeyPart[]>(order: CursorOrder<P>, key: Key<P>): string {
  return Buffer.from(JSON.stringify([order.name, ...key])).toString('base64url')
}

/**
 * The key that `formatCursor` was given, or undefined without a cursor.
 * @throws InvalidInputError unless it is a cursor of this order.
 */
export function parseCursor<P extends readonly KeyPart[]>(
  order: CursorOrder<P>,
  cursor: string | undefined,
): Key<P> | undefined {
  if (cursor === undefined) return undefined
  const [name, ...values] = parseArray(cursor)
  const isKey =
    values.length === order.parts.length && order.parts.every((part, i) => CHECKS[part](values[i]))
  if (name !== order.name || !isKey) {
    const detail = 'is not a cursor of this list in this order; take nextCursor of the page before, or none'
    throw new InvalidInputError([{ pointer: '#/cursor', detail }])
  }
  return values.map((value, i) => (order.parts[i] === 'time' ? new Date(String(value)) : value)) as Key<P>
}

function parseArray(cursor: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    return Array.isArray(value) ? value : []
  } catch {
    return []
  }
}

const MAX_INTEGER = 2 ** 31 - 1

/** A time as `formatCursor` writes it, of a year that Postgres knows: it has no year 0. */
function isTime(text: string): boolean {
  if (!/^\d{4}-/.test(text) || text.startsWith('0000')) return false
  const time = new Date(text)
  return !Number.isNaN(time.getTime()) && time.toISOString() === text
}

const CHECKS: Record<KeyPart, (value: unknown) => boolean> = {
  uuid: (value) => typeof value === 'string' && isUuid(value),
  integer: (value) => Number.isInteger(value) && Math.abs(Number(value)) <= MAX_INTEGER,
  metric: (value) => value === null || (typeof value === 'number' && Number.isFinite(value)),
  time: (value) => typeof value === 'string' && isTime(value),
}
