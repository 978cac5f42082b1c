import fc from 'fast-check'
import type { OpenAPIV3_1 } from 'openapi-types'
import { hostileValue } from './hostile-values.js'
import type { Json } from './json.js'

/** A JSON schema, of which we read what zod writes. */
export interface Schema {
  readonly $ref?: string
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly const?: Json
  readonly enum?: readonly Json[]
  readonly default?: Json
  readonly type?: string | readonly string[]
  readonly format?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly items?: Schema
  readonly prefixItems?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
}

type Components = OpenAPIV3_1.ComponentsObject | undefined

/** Deeper than any schema of the contract; ends those that refer to themselves. */
const MAX_DEPTH = 8

/** Values that a schema allows, or nearly: limits are met and overstepped by one. */
export function valuesOf(schema: Schema | undefined, components: Components, depth = 0): fc.Arbitrary<Json> {
  if (schema === undefined || depth > MAX_DEPTH) return hostileValue
  const inner = (part: Schema | undefined) => valuesOf(part, components, depth + 1)
  if (schema.$ref !== undefined) return inner(findComponent(schema.$ref, components))
  const alternatives = schema.anyOf ?? schema.oneOf ?? schema.allOf
  if (alternatives !== undefined && alternatives.length > 0) return fc.oneof(...alternatives.map(inner))
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  const types = [schema.type ?? []].flat()
  return types.length === 0
    ? hostileValue
    : fc.oneof(...types.map((type) => valuesOfType(type, schema, inner)))
}

const findComponent = (reference: string, components: Components): Schema | undefined =>
  (components?.schemas as Record<string, Schema> | undefined)?.[reference.split('/').at(-1) ?? '']

function valuesOfType(
  type: string,
  schema: Schema,
  inner: (part: Schema | undefined) => fc.Arbitrary<Json>,
): fc.Arbitrary<Json> {
  switch (type) {
    case 'null':
      return fc.constant(null)
    case 'boolean':
      return fc.boolean()
    case 'integer':
    case 'number':
      return numbersOf(schema, type === 'integer')
    case 'string':
      return schema.format === 'uuid' ? fc.uuid() : fc.string()
    case 'array':
      return schema.prefixItems
        ? fc.tuple(...schema.prefixItems.map(inner))
        : fc.array(inner(schema.items), { maxLength: 4 })
    case 'object':
      return objectsOf(schema, inner)
    default:
      return hostileValue
  }
}

function numbersOf({ minimum = -1000, maximum = 1000 }: Schema, isWhole: boolean): fc.Arbitrary<Json> {
  const [min, max] = [Math.max(minimum, -1e15), Math.min(maximum, 1e15)]
  const edges = fc.constantFrom(min, max, min - 1, max + 1)
  return fc.oneof(edges, isWhole ? fc.integer({ min, max }) : fc.double({ min, max, noNaN: true }))
}

function objectsOf(
  { properties = {}, required = [] }: Schema,
  inner: (part: Schema | undefined) => fc.Arbitrary<Json>,
): fc.Arbitrary<Json> {
  const parts = Object.fromEntries(Object.entries(properties).map(([name, part]) => [name, inner(part)]))
  return fc.record(parts, { requiredKeys: required.filter((name) => Object.hasOwn(parts, name)) })
}
