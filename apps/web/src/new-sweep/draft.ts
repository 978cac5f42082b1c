import {
  type FieldProblem,
  InvalidInputError,
  MalformedJsonError,
  parseJson,
  parseSweepDefinition,
} from '@sweepd/core'

/** A JSON object that may become a definition. */
export type Draft = Readonly<Record<string, unknown>>

/** What the text of the editor is: broken JSON, or a draft with its faults. */
export type ReadDraft =
  | { readonly kind: 'broken'; readonly fault: string }
  | { readonly kind: 'draft'; readonly draft: Draft; readonly problems: readonly FieldProblem[] }

/** Reads the text of the editor by the very rules of the API. */
export function readDraft(text: string): ReadDraft {
  try {
    const parsed = parseJson(text)
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
      return { kind: 'broken', fault: 'A sweep is a JSON object: { … }' }
    return { kind: 'draft', draft: parsed as Draft, problems: listDraftProblems(parsed) }
  } catch (error) {
    if (error instanceof MalformedJsonError)
      return { kind: 'broken', fault: `The JSON is broken: ${error.message}` }
    if (error instanceof InvalidInputError)
      return {
        kind: 'broken',
        fault: error.problems.map(({ pointer, detail }) => `${pointer}: ${detail}`).join('\n'),
      }
    throw error
  }
}

function listDraftProblems(draft: unknown): readonly FieldProblem[] {
  try {
    parseSweepDefinition(draft)
    return []
  } catch (error) {
    if (error instanceof InvalidInputError) return error.problems
    throw error
  }
}

/** The draft with one field changed; undefined removes it. */
export function withField(draft: Draft, field: string, value: unknown): Draft {
  const { [field]: _, ...others } = draft
  return value === undefined
    ? others
    : field in draft
      ? { ...draft, [field]: value }
      : { ...others, [field]: value }
}

/** How a hyperparameter stands in a draft. */
export type AxisMode = 'default' | 'fixed' | 'choices' | 'range'

const part = (draft: Draft, name: 'space' | 'fixed'): Draft => {
  const value = draft[name]
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Draft) : {}
}

/** How the hyperparameter stands in the draft, and its value there. */
export function readAxis(draft: Draft, name: string): { readonly mode: AxisMode; readonly value: unknown } {
  const [space, fixed] = [part(draft, 'space'), part(draft, 'fixed')]
  if (Object.hasOwn(space, name))
    return { mode: Array.isArray(space[name]) ? 'choices' : 'range', value: space[name] }
  return Object.hasOwn(fixed, name)
    ? { mode: 'fixed', value: fixed[name] }
    : { mode: 'default', value: undefined }
}

/** The draft with the hyperparameter moved to where the mode says. */
export function withAxis(draft: Draft, name: string, mode: AxisMode, value: unknown): Draft {
  const isVaried = mode === 'choices' || mode === 'range'
  const space = withField(part(draft, 'space'), name, isVaried ? value : undefined)
  const fixed = withField(part(draft, 'fixed'), name, mode === 'fixed' ? value : undefined)
  const next = withField(draft, 'space', space)
  return Object.keys(fixed).length > 0 || 'fixed' in draft ? withField(next, 'fixed', fixed) : next
}

/** The value to begin with when the mode of a hyperparameter changes. */
export function convertAxis(value: unknown, from: AxisMode, to: AxisMode, byDefault: unknown): unknown {
  const first =
    from === 'choices' && Array.isArray(value)
      ? value[0]
      : from === 'range'
        ? (value as { min?: unknown }).min
        : value
  const single = first ?? byDefault
  if (to === 'fixed') return single
  if (to === 'choices') return from === 'choices' ? value : [single]
  if (to === 'range') {
    const base = typeof single === 'number' && single > 0 ? single : 1
    return { min: base, max: base * 10, scale: 'linear', steps: 3 }
  }
  return undefined
}

/** A value as it is typed: JSON, or a word without quotes. Choices are separated by commas. */
export function parseTyped(text: string, isList: boolean): unknown {
  const whole = tryJson(isList ? `[${text}]` : text)
  if (whole !== undefined) return whole
  if (!isList) return text.trim()
  const items = text.split(',').map((item) => item.trim())
  return items.filter((item) => item !== '').map((item) => tryJson(item) ?? item)
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The same the other way round. */
export function formatTyped(value: unknown, isList: boolean): string {
  const write = (item: unknown) =>
    typeof item === 'string' ? item : JSON.stringify(item).replaceAll(',', ', ')
  return isList && Array.isArray(value) ? value.map(write).join(', ') : write(value ?? null)
}
