import type { OpenAPIV3_1 } from 'openapi-types'
import type { Schema } from './schema-values.js'

/** One operation of the OpenAPI document. */
export interface Operation {
  readonly method: string
  /** With the parameters in braces: `/sweeps/{id}`. */
  readonly path: string
  readonly query: readonly Parameter[]
  readonly headers: readonly Parameter[]
  /** Undefined: it takes no body. */
  readonly body: Schema | undefined
}

/** A parameter of a query or a header. */
export interface Parameter {
  readonly name: string
  readonly schema: Schema | undefined
}

/** Every operation that the document describes, so that a new route is fuzzed as soon as there is one. */
export function listOperations(document: OpenAPIV3_1.Document): Operation[] {
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    Object.entries(item ?? {}).map(([method, operation]) =>
      toOperation(method.toUpperCase(), path, operation as OpenAPIV3_1.OperationObject),
    ),
  )
}

function toOperation(
  method: string,
  path: string,
  { parameters = [], requestBody }: OpenAPIV3_1.OperationObject,
): Operation {
  const listIn = (place: string): Parameter[] =>
    (parameters as OpenAPIV3_1.ParameterObject[])
      .filter((parameter) => parameter.in === place)
      .map(({ name, schema }) => ({ name, schema: schema as Schema | undefined }))
  const content = (requestBody as OpenAPIV3_1.RequestBodyObject | undefined)?.content
  const body = content?.['application/json']?.schema as Schema | undefined
  return { method, path, query: listIn('query'), headers: listIn('header'), body }
}
