import fc from 'fast-check'
import type { InjectOptions } from 'fastify'
import type { OpenAPIV3_1 } from 'openapi-types'
import { type Body, bodiesOf } from './bodies.js'
import { cursor } from './cursors.js'
import { hostileText, hostileValue } from './hostile-values.js'
import type { Known } from './known.js'
import { mutated } from './mutations.js'
import type { Operation, Parameter } from './operations.js'
import { valuesOf } from './schema-values.js'
import { sweepDefinition } from './sweep-definitions.js'

/** A request that may name what earlier responses made known; `toInject` fills that in. */
export interface FuzzRequest {
  readonly operation: Operation
  toInject(known: Known): InjectOptions
}

type Text = (known: Known) => string

/** Requests to any of the operations: nearly valid for the most part. */
export function requestsTo(
  operations: readonly Operation[],
  components: OpenAPIV3_1.ComponentsObject | undefined,
): fc.Arbitrary<FuzzRequest> {
  return fc.oneof(
    ...operations.map((operation) => ({
      weight: weightOf(operation),
      arbitrary: requestTo(operation, components),
    })),
  )
}

/** By how many ways there are to be wrong: bodies have most. */
function weightOf({ body, query, path }: Operation): number {
  if (body !== undefined) return 20
  return query.length > 0 ? 10 : path.includes('{') ? 3 : 1
}

function requestTo(
  operation: Operation,
  components: OpenAPIV3_1.ComponentsObject | undefined,
): fc.Arbitrary<FuzzRequest> {
  return fc
    .record({
      method: fc.oneof({ weight: 40, arbitrary: fc.constant(operation.method) }, otherMethod),
      path: pathOf(operation.path),
      query: queryOf(operation.query, components),
      headers: headersOf(operation.headers),
      body: bodyOf(operation, components),
    })
    .map(({ method, path, query, headers, body }) => ({
      operation,
      toInject: (known) => ({
        method: method as InjectOptions['method'] & string,
        url: `${path(known)}${query(known)}`,
        headers: { ...headers, ...(body?.contentType !== undefined && { 'content-type': body.contentType }) },
        ...(body && { payload: body.payload }),
      }),
      [fc.toStringMethod]: () => describe(method, path, query, headers, body),
    }))
}

const otherMethod = fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND')

const id: fc.Arbitrary<Text> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.nat().map(
      (which): Text =>
        (known) =>
          known.pickId(which),
    ),
  },
  fc.uuid().map(
    (uuid): Text =>
      () =>
        uuid,
  ),
  hostileText.map(
    (text): Text =>
      () =>
        encode(text),
  ),
)

function pathOf(path: string): fc.Arbitrary<Text> {
  const parts = path.split(/(\{[^}]+\})/)
  const texts = parts.map((part) => (part.startsWith('{') ? id : fc.constant<Text>(() => part)))
  return fc.tuple(...texts).map((each) => (known) => each.map((text) => text(known)).join(''))
}

function queryOf(
  parameters: readonly Parameter[],
  components: OpenAPIV3_1.ComponentsObject | undefined,
): fc.Arbitrary<Text> {
  const known = parameters.map(({ name, schema }) =>
    textOf(name, schema, components).map(
      (text): Text =>
        (known) =>
          `${name}=${text(known)}`,
    ),
  )
  const unknown = fc
    .tuple(fc.oneof(hostileText, fc.constantFrom('limit[]', 'sort', '__proto__', 'state.x')), hostileText)
    .map(
      ([name, text]): Text =>
        () =>
          `${encode(name)}=${encode(text)}`,
    )
  const member = fc.oneof(
    { weight: 2, arbitrary: unknown },
    ...known.map((each) => ({ weight: 8, arbitrary: each })),
  )
  return fc
    .array(member, { maxLength: parameters.length === 0 ? 1 : 4 })
    .map((members) => (known) => members.map((text, at) => `${at === 0 ? '?' : '&'}${text(known)}`).join(''))
}

function textOf(
  name: string,
  schema: Parameter['schema'],
  components: OpenAPIV3_1.ComponentsObject | undefined,
): fc.Arbitrary<Text> {
  const proper: fc.Arbitrary<Text> =
    name === 'cursor'
      ? cursor
      : valuesOf(schema, components).map(
          (value): Text =>
            () =>
              encode(String(value)),
        )
  return fc.oneof(
    { weight: 5, arbitrary: proper },
    { weight: 1, arbitrary: hostileText.map((text) => () => encode(text)) },
    id,
  )
}

/** Percent-encoded if necessary. Halves of surrogate pairs cannot be; a percent sign at the front stays one. */
function encode(text: string): string {
  const wellFormed = Buffer.from(text).toString()
  return wellFormed.startsWith('%') ? `%${encodeURI(wellFormed.slice(1))}` : encodeURIComponent(wellFormed)
}

const headerText = fc.oneof(
  fc.constantFrom(
    '',
    '0',
    '-1',
    'a',
    'key-1',
    'key-2',
    '*/*',
    'gzip',
    'identity',
    'chunked',
    'x'.repeat(5000),
  ),
  fc.string({ maxLength: 20 }),
)
const HEADERS = ['idempotency-key', 'accept', 'accept-encoding', 'content-encoding', 'if-none-match', 'range']
const MORE_HEADERS = [
  'authorization',
  'x-forwarded-for',
  'host',
  'origin',
  'expect',
  'last-event-id',
  'x-request-id',
]

const headersOf = (declared: readonly Parameter[]): fc.Arbitrary<Record<string, string>> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant({}) },
    fc.dictionary(
      fc.constantFrom(...HEADERS, ...MORE_HEADERS, ...declared.map(({ name }) => name)),
      headerText,
      {
        maxKeys: 3,
        noNullPrototype: true,
      },
    ),
  )

function bodyOf(
  { method, path, body }: Operation,
  components: OpenAPIV3_1.ComponentsObject | undefined,
): fc.Arbitrary<Body | undefined> {
  if (body === undefined)
    return fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, bodiesOf(hostileValue))
  const described = valuesOf(body, components)
  const isDefinition = method === 'POST' && path === '/sweeps'
  const values = isDefinition ? fc.oneof({ weight: 6, arbitrary: sweepDefinition }, described) : described
  return fc.oneof({ weight: 30, arbitrary: bodiesOf(mutated(values)) }, fc.constant(undefined))
}

const MAX_SHOWN = 2000

function describe(method: string, path: Text, query: Text, headers: object, body: Body | undefined): string {
  const placeholder: Known = {
    pickId: (which) => `{id ${which}}`,
    pickCursor: (which) => `{cursor ${which}}`,
  }
  const payload = body?.payload.toString('latin1') ?? ''
  const shown =
    payload.length > MAX_SHOWN ? `${payload.slice(0, MAX_SHOWN)}… (${payload.length} bytes)` : payload
  return [
    `${method} ${path(placeholder)}${query(placeholder)}`,
    JSON.stringify({ ...headers, 'content-type': body?.contentType }),
    JSON.stringify(shown),
  ].join(' ')
}
