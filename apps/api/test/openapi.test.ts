import { Validator } from '@seriousme/openapi-schema-validator'
import { parseSweepDefinition } from '@sweepd/core'
import type { OpenAPIV3_1 } from 'openapi-types'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DEFINITION_EXAMPLES } from '../src/openapi/definition-examples.js'
import { openTestApp, type TestApp } from './open-test-app.js'

let api: TestApp
let document: OpenAPIV3_1.Document

beforeAll(async () => {
  api = await openTestApp()
  document = (await api.app.inject({ url: '/openapi.json' })).json()
})
afterAll(() => api.close())

test('the document is valid OpenAPI 3.1', async () => {
  const result = await new Validator().validate(structuredClone(document))
  expect(result.errors).toBeUndefined()
  expect(result.valid).toBe(true)
  expect(document.openapi).toBe('3.1.0')
})

test('every route of the contract is described, with its problems', () => {
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    Object.keys(item ?? {}).map((method) => `${method.toUpperCase()} ${path}`),
  )
  expect(operations.sort()).toEqual([
    'DELETE /datasets/{name}',
    'DELETE /session',
    'DELETE /sweeps/{id}',
    'GET /datasets',
    'GET /datasets/{name}',
    'GET /datasets/{name}/images/{split}/{index}.png',
    'GET /datasets/{name}/sheet.png',
    'GET /events',
    'GET /healthz',
    'GET /readyz',
    'GET /sweeps',
    'GET /sweeps/{id}',
    'GET /sweeps/{id}/curves',
    'GET /sweeps/{id}/export',
    'GET /sweeps/{id}/points',
    'GET /sweeps/{id}/timeline',
    'GET /trials',
    'GET /trials/{id}',
    'GET /trials/{id}/model.json',
    'GET /trials/{id}/weights.bin',
    'GET /workers',
    'PATCH /sweeps/{id}',
    'POST /datasets',
    'POST /session',
    'POST /sweeps',
    'POST /sweeps/{id}/cancel',
    'POST /sweeps/{id}/pause',
    'POST /sweeps/{id}/resume',
    'POST /sweeps/{id}/retry',
    'POST /trials/{id}/cancel',
    'POST /trials/{id}/retry',
    'POST /workers/{id}/drain',
  ])
  expect(Object.keys(document.paths?.['/sweeps']?.post?.responses ?? {})).toEqual(
    expect.arrayContaining(['200', '201', '400', '413', '415', '422', '429']),
  )
  expect(Object.keys(document.paths?.['/healthz']?.get?.responses ?? {})).toEqual(['200'])
})

test('the schemas of the contract are components, and no reference leads nowhere', () => {
  const schemas = document.components?.schemas ?? {}
  const names = [
    'Sweep',
    'SweepPage',
    'SweepChangesInput',
    'SweepRetry',
    'SweepPreview',
    'Trial',
    'TrialDetail',
    'TrialPage',
    'EpochMetrics',
    'Score',
    'Worker',
    'WorkerList',
    'Problem',
  ]
  expect(Object.keys(schemas)).toEqual(expect.arrayContaining(names))
  const references = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)]
  expect(references.length).toBeGreaterThan(names.length)
  for (const [, name] of references) expect(schemas).toHaveProperty([name ?? ''])
})

test('the request body shows its defaults', () => {
  const { SweepDefinitionInput: definition } = (document.components?.schemas ?? {}) as Record<
    string,
    OpenAPIV3_1.SchemaObject
  >
  expect(definition?.properties).toMatchObject({
    dataset: { default: 'fashion-mnist' },
    seed: { default: 2019 },
  })
  expect(definition?.required).toEqual(['name', 'space'])
})

test('the request body has examples, which are definitions', () => {
  const body = document.paths?.['/sweeps']?.post?.requestBody as OpenAPIV3_1.RequestBodyObject
  expect(body.content['application/json']?.examples).toEqual(DEFINITION_EXAMPLES)
  for (const { value } of Object.values(DEFINITION_EXAMPLES))
    expect(parseSweepDefinition(value)).toMatchObject({ name: value.name })
})

test('the policy of the docs lets them load nothing from elsewhere', async () => {
  const docs = await api.app.inject({ url: '/docs' })
  expect(docs.statusCode).toBe(200)
  expect(docs.headers['content-type']).toContain('text/html')
  expect(docs.headers['content-security-policy']).toContain("default-src 'self'")
  expect(docs.headers['content-security-policy']).not.toContain('http')
  const scripts = [...docs.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url ?? '')
  for (const url of scripts) expect((await api.app.inject({ url })).statusCode).toBe(200)
})
