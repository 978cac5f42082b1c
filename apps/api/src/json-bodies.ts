import { MalformedJsonError, parseJson } from '@sweepd/core'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { HttpError } from './problems/http-error.js'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Makes JSON the only body that the app takes. A body of no bytes is none, whatever its headers say: proxies and
 * clients send an empty chunked body or a content type along with commands that have nothing to say.
 */
export function acceptJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (request: FastifyRequest, bytes: Buffer) => {
      if (bytes.length === 0) return undefined
      refuseEncoding(request)
      return parseJsonBytes(bytes)
    },
  )
  app.addContentTypeParser('*', { parseAs: 'buffer' }, async (_request: unknown, bytes: Buffer) => {
    if (bytes.length === 0) return undefined
    throw new HttpError(
      415,
      'wrong-media-type',
      'The body must be JSON; send it with content-type: application/json.',
    )
  })
}

/** All of a body arrives within this time, unless its route reads it piece by piece. */
const BODY_DEADLINE_MS = 30_000

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The handler reads the body as it comes, and limits its time itself. */
    isStreamed?: true
  }
}

/** Refuses bodies that take too long to arrive. */
export function limitBodyTime(app: FastifyInstance, deadlineMs = BODY_DEADLINE_MS): void {
  app.addHook('preParsing', async ({ routeOptions, raw }, reply, payload) => {
    if (routeOptions.config.isStreamed) return payload
    const timer = setTimeout(() => {
      reply.header('connection', 'close')
      payload.emit(
        'error',
        new HttpError(408, 'too-slow', `The body did not arrive within ${deadlineMs / 1000} s.`),
      )
    }, deadlineMs)
    for (const event of ['end', 'close', 'error']) raw.once(event, () => clearTimeout(timer))
    return payload
  })
}

/**
 * The body of a request whose route needs one.
 * @throws HttpError 400 if it has none.
 */
export function requireBody<T>(body: T | undefined): T {
  if (body !== undefined) return body
  throw new HttpError(
    400,
    'empty-body',
    'The request has no body; send JSON with content-type: application/json.',
  )
}

/** Compressed bytes would be called broken JSON. */
function refuseEncoding({ headers }: FastifyRequest): void {
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
  if (encoding === 'identity' || encoding === '') return
  throw new HttpError(
    415,
    'wrong-encoding',
    `The body has the Content-Encoding ${JSON.stringify(encoding.slice(0, 40))}; send it uncompressed, without this header.`,
    { headers: { 'accept-encoding': 'identity' } },
  )
}

function parseJsonBytes(bytes: Uint8Array): unknown {
  try {
    return parseJson(decode(bytes))
  } catch (cause) {
    if (!(cause instanceof MalformedJsonError)) throw cause
    throw new HttpError(400, 'malformed-json', `The body is not JSON: ${cause.message}.`, { cause })
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch (cause) {
    throw new HttpError(400, 'malformed-json', 'The body is not UTF-8; JSON is sent in UTF-8.', { cause })
  }
}
