import type { Socket } from 'node:net'
import { UnavailableError } from '@sweepd/core'
import type { SweepStore } from '@sweepd/scheduler'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { findFault } from '../find-fault.js'
import { HttpError } from './http-error.js'
import { toProblem } from './to-problem.js'

const PROBLEM_TYPE = 'application/problem+json'

/** Answers an error as `application/problem+json`; logs what was not the client's doing. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = toProblem(error, request)
  if (problem.status === 500) request.log.error({ err: error }, 'request failed unexpectedly')
  else if (problem.status > 500) request.log.warn({ err: error }, 'request refused')
  if (error instanceof HttpError) reply.headers(error.headers)
  if (error instanceof UnavailableError)
    reply.header('retry-after', String(Math.max(1, Math.ceil(error.retryAfterMs / 1000))))
  return reply.code(problem.status).type(PROBLEM_TYPE).serializer(JSON.stringify).send(problem)
}

/** Seconds after which a client may ask again while the database is away. */
const RETRY_AFTER_S = '2'

/** Replies to every error and every unknown address with a problem. Register it before any route. */
export const answerProblems = fp(async (app: FastifyInstance, { store }: { store: SweepStore }) => {
  app.setErrorHandler(async (error, request, reply) =>
    sendProblem(await explainOutage(store, error, request), request, reply),
  )
  // Before the body is read: an unknown address is a 404 whatever was sent there.
  app.addHook('onRequest', async (request) => {
    if (request.is404) throw noRouteError(request)
  })
  app.setNotFoundHandler((request) => {
    throw noRouteError(request)
  })
})

/** An unexpected error while the store does not respond is blamed on the store: the request may succeed later. */
async function explainOutage(store: SweepStore, error: unknown, request: FastifyRequest): Promise<unknown> {
  if (toProblem(error, request).status !== 500 || (await findFault(store)) === undefined) return error
  const detail =
    'The database does not respond at the moment; send the request again shortly. ' +
    'With an Idempotency-Key a repeated POST /sweeps makes no second sweep.'
  const headers = { 'retry-after': RETRY_AFTER_S }
  return new HttpError(503, 'not-ready', detail, { cause: error, headers })
}

function noRouteError({ method, url }: FastifyRequest): HttpError {
  return new HttpError(404, 'no-route', `${method} ${url} leads nowhere; /docs lists what there is.`)
}

/** Answers bytes that are not HTTP, and requests that never end: there is no request to reply to yet. */
export function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return
  const status = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 }[error.code ?? ''] ?? 400
  const problem = toProblem(
    Object.assign(new Error('The request is not HTTP, is too long in its head, or came too slowly.'), {
      statusCode: status,
    }),
    { url: '*', id: '' },
  )
  const body = JSON.stringify(problem)
  socket.end(
    `HTTP/1.1 ${status} ${problem.title}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
      `Content-Type: ${PROBLEM_TYPE}\r\nConnection: close\r\n\r\n${body}`,
  )
}
