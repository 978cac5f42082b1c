import type { FastifyRequest } from 'fastify'

const PROBES: readonly (string | undefined)[] = ['/healthz', '/readyz']

/** Whether an orchestrator asks how the process is: such requests carry no token and are not counted. */
export const isProbe = (request: FastifyRequest): boolean => PROBES.includes(request.routeOptions.url)
