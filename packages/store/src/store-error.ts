import { UnavailableError } from '@sweepd/core'

/**
 * An error of node-postgres in the words of core: `UnavailableError` if the database cannot be asked at the moment and
 * the same call may succeed later. Others stay as they are.
 */
export function toStoreError(cause: unknown): unknown {
  const reason = explain(cause)
  return reason === undefined ? cause : new UnavailableError('store', reason, { cause })
}

function explain(cause: unknown): string | undefined {
  const { code, message } = (cause ?? {}) as { code?: unknown; message?: unknown }
  switch (code) {
    case '53300':
      return 'Postgres has no connection left.'
    case '57014':
      return 'A statement took longer than it may.'
    case '57P01':
    case '57P02':
    case '57P03':
      return 'Postgres is starting or stopping.'
    case 'ECONNREFUSED':
    case 'ECONNRESET':
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENOTFOUND':
    case 'EPIPE':
      return 'Postgres cannot be reached.'
  }
  switch (message) {
    case 'timeout exceeded when trying to connect':
      return 'All connections to Postgres are in use.'
    case 'Connection terminated due to connection timeout':
    case 'Query read timeout':
      return 'Postgres does not respond.'
    case 'Connection terminated':
    case 'Connection terminated unexpectedly':
      return 'The connection to Postgres was lost.'
  }
  return undefined
}
