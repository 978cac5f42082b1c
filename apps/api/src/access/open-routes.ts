import type { FastifyRequest } from 'fastify'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether the route can be used without the API_TOKEN. */
    readonly isOpen?: boolean
  }
}

const PROBES: readonly (string | undefined)[] = ['/healthz', '/readyz']

/** Whether an orchestrator asks how the process is: such requests carry no token and are not counted. */
export const isProbe = (request: FastifyRequest): boolean => PROBES.includes(request.routeOptions.url)

/** Whether a request needs no token: probes, and the pages of the dashboard, which ask for the token themselves. */
export const isOpen = (request: FastifyRequest): boolean =>
  isProbe(request) || request.routeOptions.config.isOpen === true
