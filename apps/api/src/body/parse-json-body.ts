import { findJsonFault } from '@sweepd/core'
import { HttpError } from '../problems/http-error.js'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * The bytes of a request to JSON, of which nothing else is known yet.
 * @throws HttpError 400 saying where it is not JSON.
 */
export function parseJsonBody(bytes: Uint8Array): unknown {
  if (bytes.length === 0) throw emptyBodyError()
  return parseJson(decode(bytes))
}

/** What to answer to a request that came without a body where one is needed. */
export const emptyBodyError = () =>
  new HttpError(400, 'empty-body', 'The request has no body; send JSON with content-type: application/json.')

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch (cause) {
    throw new HttpError(400, 'malformed-json', 'The body is not UTF-8; JSON is sent in UTF-8.', { cause })
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const fault = findJsonFault(text)
    const where =
      fault === undefined
        ? (cause as Error).message
        : `line ${fault.line}, column ${fault.column}: ${fault.detail}`
    throw new HttpError(400, 'malformed-json', `The body is not JSON: ${where}.`, { cause })
  }
}
