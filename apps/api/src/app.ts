import { randomUUID } from 'node:crypto'
import cookies from '@fastify/cookie'
import helmet from '@fastify/helmet'
import type { SchedulerPorts, SweepLimits } from '@sweepd/scheduler'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyServerOptions } from 'fastify'
import { requireToken } from './access/authentication.js'
import { limitRequests } from './access/limit-requests.js'
import { refuseOtherSites } from './access/same-origin.js'
import { DASHBOARD_FOLDER, dashboard } from './dashboard.js'
import type { Env } from './env.js'
import type { EventSource } from './events/event-hub.js'
import { acceptJsonBodies, limitBodyTime } from './json-bodies.js'
import { OneLinePerRequest } from './log-controller.js'
import { documentation } from './openapi/documentation.js'
import { answerBrokenRequest, answerProblems, sendProblem } from './problems/answer-problems.js'
import { collectAddresses } from './problems/refuse-other-methods.js'
import { datasetRoutes } from './routes/datasets.js'
import { eventRoutes } from './routes/events.js'
import { exportRoutes } from './routes/exports.js'
import { operationRoutes } from './routes/operations.js'
import { sessionRoutes } from './routes/session.js'
import { sweepCommandRoutes } from './routes/sweep-commands.js'
import { sweepViewRoutes } from './routes/sweep-views.js'
import { sweepRoutes } from './routes/sweeps.js'
import { trialRoutes } from './routes/trials.js'
import { workerRoutes } from './routes/workers.js'
import { parseQuery, stringify } from './zod-compilers.js'

/** What the API is built from; it closes none of it. */
export interface AppOptions extends SchedulerPorts {
  readonly store: SchedulerPorts['store'] & EventSource
  readonly env: Pick<
    Env,
    | 'MAX_TRIALS'
    | 'MAX_TRIAL_MEMORY_MIB'
    | 'API_TOKEN'
    | 'RATE_LIMIT'
    | 'TRUST_PROXY'
    | 'MAX_DATASET_BYTES'
    | 'SWEEPD_DATA_DIR'
  >
  /** Undefined: nothing is logged. */
  readonly logger?: FastifyBaseLogger | undefined
  /** Where the built dashboard lies; by default where `npm run build` puts it. */
  readonly dashboardFolder?: string
}

/** The whole API, ready for `listen` or `inject`. */
export async function buildApp({
  store,
  queue,
  env,
  logger,
  dashboardFolder = DASHBOARD_FOLDER,
}: AppOptions): Promise<FastifyInstance> {
  const app: FastifyInstance = Fastify({
    ...SERVER_OPTIONS,
    trustProxy: env.TRUST_PROXY ?? false,
    ...(logger && { loggerInstance: logger }),
  })
  app.server.headersTimeout = HEADERS_DEADLINE_MS
  acceptJsonBodies(app)
  limitBodyTime(app)
  await app.register(helmet, HELMET_OPTIONS)
  await app.register(limitRequests, { perMinute: env.RATE_LIMIT })
  await app.register(cookies)
  app.addHook('onRequest', async (request) => refuseOtherSites(request))
  const gate = env.API_TOKEN === undefined ? undefined : requireToken(app, env.API_TOKEN)
  await app.register(answerProblems, { store })
  const refuseOtherMethods = collectAddresses(app)
  await app.register(documentation, { hasToken: env.API_TOKEN !== undefined })
  await app.register(dashboard, { folder: dashboardFolder })
  await app.register(async (api) => {
    api.setValidatorCompiler(parseQuery)
    api.setSerializerCompiler(stringify)
    await api.register(operationRoutes, { store, queue })
    await api.register(sessionRoutes, { gate })
    await api.register(sweepRoutes, { store, queue, limits: toSweepLimits(env) })
    await api.register(sweepCommandRoutes, { store, queue, limits: toSweepLimits(env) })
    await api.register(sweepViewRoutes, { store })
    await api.register(datasetRoutes, {
      store,
      maxBytes: env.MAX_DATASET_BYTES,
      dataDir: env.SWEEPD_DATA_DIR,
    })
    await api.register(exportRoutes, { store })
    await api.register(eventRoutes, { store })
    await api.register(trialRoutes, { store, queue })
    await api.register(workerRoutes, { store, queue })
  })
  refuseOtherMethods()
  return app
}

const toSweepLimits = ({ MAX_TRIALS, MAX_TRIAL_MEMORY_MIB }: AppOptions['env']): SweepLimits => ({
  maxTrials: MAX_TRIALS,
  maxTrialMemoryMiB: MAX_TRIAL_MEMORY_MIB,
})

/** The head of a request arrives within this time. */
const HEADERS_DEADLINE_MS = 30_000

const SERVER_OPTIONS: FastifyServerOptions = {
  bodyLimit: 1024 ** 2,
  // A data set may take hours to arrive; all other bodies have BODY_DEADLINE_MS.
  requestTimeout: 0,
  routerOptions: { maxParamLength: 200, ignoreTrailingSlash: true },
  genReqId: () => randomUUID(),
  logController: new OneLinePerRequest(),
  frameworkErrors: sendProblem,
  clientErrorHandler: answerBrokenRequest,
}

/** HSTS is for whoever ends TLS; answers are data, which no page may frame or run. */
const HELMET_OPTIONS = {
  strictTransportSecurity: false,
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] },
  },
}
