import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { createAddressLimit } from './limit-requests.js'
import { isProbe } from './probes.js'
import { HttpError } from './problems/http-error.js'

const WRONG_TOKENS_PER_MINUTE = 30

/**
 * Asks for `Authorization: Bearer` on everything but the probes. An address that sent too many wrong tokens is
 * refused without a look at the next one, also where that is right: else it could go on guessing. Register it after
 * `limitRequests`.
 */
export const authentication = fp(async (app: FastifyInstance, { token }: { token: string }) => {
  const expected = digest(token)
  const wrongTokens = createAddressLimit(
    app,
    WRONG_TOKENS_PER_MINUTE,
    `This address sent ${WRONG_TOKENS_PER_MINUTE} requests without the right token within a minute.`,
  )
  app.addHook('onRequest', async (request) => {
    if (isProbe(request)) return
    await wrongTokens.refuse(request)
    // Digests have one length, so that the comparison takes the same time for every guess.
    if (timingSafeEqual(digest(findBearer(request.headers.authorization)), expected)) return
    await wrongTokens.count(request)
    throw new HttpError(401, 'unauthenticated', 'Send the API_TOKEN as "Authorization: Bearer …".', {
      headers: { 'www-authenticate': 'Bearer realm="sweepd"' },
    })
  })
})

/** The token of an Authorization header. The scheme's case does not matter (RFC 9110 section 11.1). */
const findBearer = (header = ''): string => /^bearer +(.*)$/i.exec(header)?.[1] ?? ''

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
