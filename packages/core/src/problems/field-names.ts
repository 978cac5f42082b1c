import type { z } from 'zod'

/** The names that an object may have at this path of what the schema accepts; empty where no object is expected. */
export function listFieldNames(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  const { def } = (schema as z.core.$ZodTypes)._zod
  switch (def.type) {
    case 'default':
    case 'optional':
    case 'nullable':
      return listFieldNames(def.innerType, path)
    case 'pipe':
      return listFieldNames(def.in, path)
    case 'union':
      return def.options.flatMap((option) => listFieldNames(option, path))
    case 'array':
      return path.length > 0 ? listFieldNames(def.element, path.slice(1)) : []
    case 'object': {
      const [key, ...rest] = path
      if (key === undefined) return Object.keys(def.shape)
      const field = Object.hasOwn(def.shape, key) ? def.shape[String(key)] : undefined
      return field ? listFieldNames(field, rest) : []
    }
    default:
      return []
  }
}
