import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { HttpError } from './problems/http-error.js'

/** Probes of orchestrators carry no token. */
const OPEN_ADDRESSES: readonly (string | undefined)[] = ['/healthz', '/readyz']

/** Asks for `Authorization: Bearer` on everything but the probes. */
export const authentication = fp(async (app: FastifyInstance, { token }: { token: string }) => {
  const expected = digest(`Bearer ${token}`)
  app.addHook('onRequest', async (request) => {
    if (OPEN_ADDRESSES.includes(request.routeOptions.url)) return
    // Digests have one length, so that the comparison takes the same time for every guess.
    if (timingSafeEqual(digest(request.headers.authorization ?? ''), expected)) return
    throw new HttpError(401, 'unauthenticated', 'Send the API_TOKEN as "Authorization: Bearer …".', {
      headers: { 'www-authenticate': 'Bearer realm="sweepd"' },
    })
  })
})

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
