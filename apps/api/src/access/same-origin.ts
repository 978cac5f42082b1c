import type { FastifyRequest } from 'fastify'
import { HttpError } from '../problems/http-error.js'

const READS = ['GET', 'HEAD', 'OPTIONS']

/** Whether the request changes nothing, by its method. */
export const isRead = (request: FastifyRequest): boolean => READS.includes(request.method)

/**
 * Whether a browser says that a page of this service sent the request (true) or another site's (false); undefined if
 * nothing is said, as by programs that are no browsers. Sec-Fetch-Site is missing from requests over plain HTTP to other
 * machines, and Origin then says it.
 */
export function findSameOrigin({ headers, host }: FastifyRequest): boolean | undefined {
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin' || site === 'none'
  if (headers.origin === undefined) return undefined
  return URL.canParse(headers.origin) && new URL(headers.origin).host === host.toLowerCase()
}

/** Without this, any page that a person looks at could change sweeps of an API on the same machine. */
export function refuseOtherSites(request: FastifyRequest): void {
  if (!isRead(request) && findSameOrigin(request) === false) throw crossSiteError()
}

export const crossSiteError = (): HttpError =>
  new HttpError(
    403,
    'cross-site',
    'A page of another site sent this request. Changes are taken from the dashboard at /ui/, ' +
      'and from programs that send the API_TOKEN as "Authorization: Bearer …" and no Origin.',
  )
