import { InvalidInputError, listProblems } from '@sweepd/core'
import type { FastifySchemaCompiler, FastifySerializerCompiler } from 'fastify'
import type { z } from 'zod'

/**
 * Parses queries by their zod schema and names every offending parameter. Bodies pass through: their schemas are
 * documentation, because the use-cases parse them and also know faults between fields.
 */
export const parseQuery: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart }) => {
  // Not the value: Fastify gives null for a missing body, which would then look like the JSON null.
  if (httpPart !== 'querystring') return () => true
  return (query: unknown) => {
    const result = schema.safeParse(query)
    return result.success
      ? { value: result.data }
      : { error: new InvalidInputError(listProblems(result.error, query, schema)) }
  }
}

/** Answers come typed from the use-cases, so that response schemas are documentation; tests hold them to it. */
export const stringify: FastifySerializerCompiler<z.ZodType> = () => JSON.stringify
