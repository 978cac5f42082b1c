import type { z } from 'zod'
import type { FieldProblem } from './errors.js'
import { nearestName } from './nearest-name.js'

type Issue = z.core.$ZodIssue

interface Parse {
  readonly input: unknown
  readonly schema: z.core.$ZodType | undefined
}

/**
 * Every offending field of a failed parse, once each, in the words of the contract. With the schema that refused
 * the input, for an unknown name it suggests the one that was probably meant.
 */
export function listProblems(
  error: { readonly issues: readonly Issue[] },
  input: unknown,
  schema?: z.core.$ZodType,
): FieldProblem[] {
  return onceEach(describeIssues(error, input, schema))
}

/** As `listProblems`, one after the other: who wants only the first ones does not pay for all. */
export function* describeIssues(
  error: { readonly issues: readonly Issue[] },
  input: unknown,
  schema?: z.core.$ZodType,
): Generator<FieldProblem> {
  for (const issue of error.issues) yield* describeIssue(issue, [], { input, schema })
}

/** A body can hold more faults than anyone reads, and the list of them would be a hundred times its size. */
const MAX_PROBLEMS_LISTED = 1000

/** The first problem of each field. Beyond 1,000 fields it says so and asks for no more. */
export function onceEach(problems: Iterable<FieldProblem>): FieldProblem[] {
  const byPointer = new Map<string, FieldProblem>()
  for (const problem of problems) {
    if (!byPointer.has(problem.pointer)) byPointer.set(problem.pointer, problem)
    if (byPointer.size < MAX_PROBLEMS_LISTED) continue
    const detail = `these are the first ${MAX_PROBLEMS_LISTED} faults`
    return [...byPointer.values(), { pointer: '#', detail }]
  }
  return [...byPointer.values()]
}

function* describeIssue(issue: Issue, base: readonly PropertyKey[], parse: Parse): Generator<FieldProblem> {
  const path = [...base, ...issue.path]
  const pointer = toPointer(path)
  switch (issue.code) {
    case 'unrecognized_keys': {
      const names = parse.schema ? listFieldNames(parse.schema, path) : []
      for (const key of issue.keys)
        yield { pointer: toPointer([...path, key]), detail: describeUnknown(key, names) }
      return
    }
    case 'invalid_union': {
      const branch = findIntendedBranch(issue.errors, valueAt(path, parse.input))
      if (branch === undefined) yield { pointer, detail: describe(issue, path, parse.input) }
      for (const inner of branch ?? []) yield* describeIssue(inner, path, parse)
      return
    }
    default:
      yield { pointer, detail: describe(issue, path, parse.input) }
  }
}

/** The alternative of a union whose outer type fits: its own faults say more than "nothing fitted". */
function findIntendedBranch(
  branches: readonly (readonly Issue[])[],
  value: unknown,
): readonly Issue[] | undefined {
  const fitting = branches.filter((issues) => !issues.some((issue) => isForeign(issue, value)))
  return fitting.length === 1 ? fitting[0] : undefined
}

/** Whether the issue says that the value is of another kind altogether: another type, or no key in common. */
function isForeign(issue: Issue, value: unknown): boolean {
  if (issue.path.length > 0) return false
  if (issue.code === 'unrecognized_keys') return issue.keys.length === Object.keys(Object(value)).length
  return issue.code === 'invalid_type' || issue.code === 'invalid_union'
}

function describe(issue: Issue, path: readonly PropertyKey[], input: unknown): string {
  const isMissing = valueAt(path, input) === undefined
  return isMissing ? `${String(path.at(-1) ?? 'a value')} is required` : issue.message
}

function describeUnknown(key: string, names: readonly string[]): string {
  const written = JSON.stringify(key.length > 60 ? `${key.slice(0, 60)}…` : key)
  const meant = nearestName(key, names)
  if (meant !== undefined) return `${written} is not known here; did you mean ${JSON.stringify(meant)}?`
  if (names.length > 0) return `${written} is not known here; known are ${names.join(', ')}`
  return `${written} is not known here; remove it or correct its name`
}

/** The names that an object may have at this path of what the schema accepts; empty if no object is expected. */
function listFieldNames(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
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

function valueAt(path: readonly PropertyKey[], input: unknown): unknown {
  let value = input
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return null
    value = (value as Record<PropertyKey, unknown>)[key]
  }
  return value
}

/** A path as a JSON pointer in a URI fragment (RFC 6901 section 6), as RFC 9457 shows it. */
export function toPointer(path: readonly PropertyKey[]): string {
  return `#${path.map((key) => `/${encodeKey(String(key))}`).join('')}`
}

const encodeKey = (key: string): string =>
  // encodeURIComponent throws on half a surrogate pair, which JSON can carry.
  encodeURIComponent(
    key
      .replaceAll(/\p{Surrogate}/gu, '\ufffd')
      .replaceAll('~', '~0')
      .replaceAll('/', '~1'),
  )
