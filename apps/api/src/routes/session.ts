import { InvalidInputError, listProblems } from '@sweepd/core'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { type Gate, SESSION_COOKIE } from '../access/authentication.js'
import { SESSION_MAX_AGE_S } from '../access/session.js'
import { requireBody } from '../json-bodies.js'
import { problems } from './document-answers.js'

interface SessionRoutesOptions {
  /** Undefined: the API asks for no token. */
  readonly gate: Gate | undefined
}

/** `/session`: how a browser logs in and out. */
export const sessionRoutes: FastifyPluginAsyncZod<SessionRoutesOptions> = async (app, { gate }) => {
  const cookie = { path: '/', httpOnly: true, sameSite: 'strict', secure: 'auto' } as const

  app.post('/session', { schema: logInSchema, config: { isOpen: true } }, async (request, reply) => {
    const { token } = parseCredentials(requireBody<unknown>(request.body))
    if (gate !== undefined) {
      const session = await gate.logIn(request, token)
      reply.setCookie(SESSION_COOKIE, session, { ...cookie, maxAge: SESSION_MAX_AGE_S })
      request.log.info('logged in')
    }
    return reply.code(204).send(null)
  })

  app.delete('/session', { schema: logOutSchema, config: { isOpen: true } }, async (_, reply) =>
    reply.clearCookie(SESSION_COOKIE, cookie).code(204).send(null),
  )
}

const tokenError = 'token is the API_TOKEN as a text'
const credentialsSchema = z
  .strictObject({ token: z.string({ error: tokenError }).min(1, { error: tokenError }) })
  .meta({ id: 'Credentials' })

function parseCredentials(body: unknown): z.output<typeof credentialsSchema> {
  const result = credentialsSchema.safeParse(body)
  if (!result.success) throw new InvalidInputError(listProblems(result.error, body, credentialsSchema))
  return result.data
}

const tags = ['session']

const logInSchema = {
  tags,
  summary: 'Log a browser in',
  description:
    `Sets the cookie ${SESSION_COOKIE} (HttpOnly, SameSite=Strict; for seven days, or until API_TOKEN changes), ` +
    'which then stands for the token. Changes are taken with it from pages of this origin only. ' +
    'Where no API_TOKEN is set, any token is taken and no cookie is needed.',
  security: [],
  body: credentialsSchema,
  response: { 204: z.null().describe('It is logged in'), ...problems(400, 401, 403, 413, 415, 429) },
}

const logOutSchema = {
  tags,
  summary: 'Log this browser out',
  description: 'Deletes its cookie. Other browsers stay logged in; another API_TOKEN logs all of them out.',
  security: [],
  response: { 204: z.null().describe('It is logged out'), ...problems(403, 429) },
}
