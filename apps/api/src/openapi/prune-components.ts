import type { OpenAPIV3_1 } from 'openapi-types'

/** The document without component schemas that no path leads to (each schema is offered as input and as output). */
export function pruneComponents(document: Partial<OpenAPIV3_1.Document>): Partial<OpenAPIV3_1.Document> {
  const schemas = document.components?.schemas ?? {}
  const kept = new Set<string>()
  const waiting: unknown[] = [document.paths]
  for (const part of waiting)
    for (const name of listReferences(part)) {
      if (!kept.has(name)) waiting.push(schemas[name])
      kept.add(name)
    }
  const reachable = Object.entries(schemas).filter(([name]) => kept.has(name))
  return { ...document, components: { ...document.components, schemas: Object.fromEntries(reachable) } }
}

const listReferences = (part: unknown): string[] =>
  [...JSON.stringify(part ?? null).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(
    ([, name]) => name ?? '',
  )
