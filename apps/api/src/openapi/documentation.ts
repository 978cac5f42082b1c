import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import type { OpenAPIV3_1 } from 'openapi-types'
import { SESSION_COOKIE } from '../access/authentication.js'
import { addCommonProblems } from './add-common-problems.js'
import { DEFINITION_EXAMPLES } from './definition-examples.js'
import { pruneComponents } from './prune-components.js'

/** Swagger UI styles its elements inline; everything else comes from its own folder. */
const DOCS_CSP = {
  'default-src': "'self'",
  'img-src': "'self' data:",
  'style-src': "'self' 'unsafe-inline'",
  'frame-ancestors': "'none'",
  'object-src': "'none'",
}

/** `/openapi.json` and `/docs`. Register it before the routes that it is to describe. */
export const documentation = fp(async (app: FastifyInstance, { hasToken }: { hasToken: boolean }) => {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'sweepd',
        version: '0.1.0',
        description: 'Distributed hyperparameter sweeps for small convolutional networks.',
      },
      ...(hasToken && TOKEN_SECURITY),
    },
    transform: jsonSchemaTransform,
    transformObject: (document) => {
      const described = jsonSchemaTransformObject(document) as Partial<OpenAPIV3_1.Document>
      return addCommonProblems(addExamples(pruneComponents(described)), hasToken)
    },
  })
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: DOCS_CSP,
    theme: { title: 'sweepd API' },
    uiConfig: { validatorUrl: null, tryItOutEnabled: true },
  })
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
})

const TOKEN_SECURITY: Pick<OpenAPIV3_1.Document, 'components' | 'security'> = {
  components: {
    securitySchemes: {
      token: { type: 'http', scheme: 'bearer' },
      session: { type: 'apiKey', in: 'cookie', name: SESSION_COOKIE },
    },
  },
  security: [{ token: [] }, { session: [] }],
}

function addExamples(document: Partial<OpenAPIV3_1.Document>): Partial<OpenAPIV3_1.Document> {
  const body = document.paths?.['/sweeps']?.post?.requestBody
  if (body !== undefined && 'content' in body)
    for (const media of Object.values(body.content)) media.examples = { ...DEFINITION_EXAMPLES }
  return document
}
