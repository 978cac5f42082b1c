import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { HttpError } from '../problems/http-error.js'
import { isProbe } from './open-routes.js'

const WINDOW_MS = 60_000

/**
 * Answers 429 to an address that sends more than `perMinute` requests within a minute; 0 is any number. IPv6
 * addresses count by their /64, which is what one customer of a provider has. Every api process counts for itself.
 * In onRequest of the whole app, so that unknown addresses count and no body is read.
 */
export const limitRequests = fp(async (app: FastifyInstance, { perMinute }: { perMinute: number }) => {
  await app.register(rateLimit, { global: false })
  if (perMinute === 0) return
  const count = app.createRateLimit({ max: perMinute, timeWindow: WINDOW_MS })
  app.addHook('onRequest', async (request) => {
    if (isProbe(request)) return
    refuseWhereExceeded(
      await count(request),
      `An address may make ${perMinute} requests a minute (RATE_LIMIT).`,
    )
  })
})

/** Counts something by address. `refuse` throws the 429 if the limit is exceeded. */
export interface AddressLimit {
  count(request: FastifyRequest): Promise<void>
  refuse(request: FastifyRequest): Promise<void>
}

/** A limit of `perMinute` for what happens in some requests only, such as wrong tokens. After `limitRequests`. */
export function createAddressLimit(app: FastifyInstance, perMinute: number, rule: string): AddressLimit {
  // One less: the request that asks is not counted yet.
  const check = app.createRateLimit({ max: perMinute - 1, timeWindow: WINDOW_MS })
  return {
    count: async (request) => void (await check(request)),
    refuse: async (request) => refuseWhereExceeded(await check(request, { increment: false }), rule),
  }
}

type Count = Awaited<ReturnType<ReturnType<FastifyInstance['createRateLimit']>>>

function refuseWhereExceeded(count: Count, rule: string): void {
  if (count.isAllowed || !count.isExceeded) return
  const seconds = Math.max(1, count.ttlInSeconds)
  throw new HttpError(429, 'too-many-requests', `${rule} Try again in ${seconds} s.`, {
    headers: { 'retry-after': String(seconds) },
  })
}
