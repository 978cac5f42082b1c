import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { HttpError } from '../problems/http-error.js'
import { createAddressLimit } from './limit-requests.js'
import { isOpen } from './open-routes.js'
import { crossSiteError, findSameOrigin, isRead } from './same-origin.js'
import { createSessions } from './session.js'

const WRONG_TOKENS_PER_MINUTE = 30

/** Holds the session of a browser; see `POST /session`. */
export const SESSION_COOKIE = 'sweepd_session'

/** Knows who may use the API. */
export interface Gate {
  /** A new session, as the value of its cookie. Throws the 401 if the token is wrong. */
  logIn(request: FastifyRequest, token: string): Promise<string>
}

/**
 * Asks for `Authorization: Bearer`, or the cookie of a session, on every route that is not open. An address that sent
 * too many wrong tokens is refused without a look at the next one, also if that is right: else it could go on
 * guessing. Call it after `limitRequests` is registered.
 */
export function requireToken(app: FastifyInstance, token: string): Gate {
  const expected = digest(token)
  const sessions = createSessions(token)
  const wrongTokens = createAddressLimit(
    app,
    WRONG_TOKENS_PER_MINUTE,
    `This address sent ${WRONG_TOKENS_PER_MINUTE} requests without the right token within a minute.`,
  )
  const check = async (request: FastifyRequest, given: string) => {
    await wrongTokens.refuse(request)
    // Digests have one length, so that the comparison takes the same time for every guess.
    if (timingSafeEqual(digest(given), expected)) return
    await wrongTokens.count(request)
    throw new HttpError(
      401,
      'unauthenticated',
      'Send the API_TOKEN as "Authorization: Bearer …", or log in at /ui/.',
      { headers: { 'www-authenticate': 'Bearer realm="sweepd"' } },
    )
  }
  app.addHook('onRequest', async (request) => {
    if (isOpen(request)) return
    if (request.headers.authorization === undefined && sessions.isValid(request.cookies[SESSION_COOKIE])) {
      // Browsers send the cookie along with whatever a page asks for, and say which page that is.
      if (!isRead(request) && findSameOrigin(request) !== true) throw crossSiteError()
      return
    }
    await check(request, findBearer(request.headers.authorization))
  })
  return {
    logIn: async (request, given) => {
      await check(request, given)
      return sessions.create()
    },
  }
}

/** The token of an Authorization header. The scheme's case does not matter (RFC 9110 section 11.1). */
const findBearer = (header = ''): string => /^bearer +(.*)$/i.exec(header)?.[1] ?? ''

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
