import { z } from 'zod'
import { HYPERPARAMETER_NAMES, type HyperparameterName } from '../hyperparameters/hyperparameters.js'
import { type FieldProblem, InvalidInputError } from '../problems/errors.js'
import { nearestName } from '../problems/nearest-name.js'
import { METRIC_NAMES, type MetricName } from '../resources/metrics.js'
import { TRIAL_STATES } from '../resources/states.js'

/** What of a trial is neither metric nor hyperparameter and can be filtered and sorted by. */
export const TRIAL_COLUMNS = ['number', 'state', 'epochsDone', 'attempts', 'durationMs'] as const
/** What of a trial can be filtered and sorted by. */
export type TrialField = (typeof TRIAL_COLUMNS)[number] | MetricName | HyperparameterName
/** Every name that a filter may use. */
export const TRIAL_FIELDS: readonly TrialField[] = [
  ...TRIAL_COLUMNS,
  ...METRIC_NAMES,
  ...HYPERPARAMETER_NAMES,
]

/** How a condition compares; order needs a number. */
export const FILTER_OPERATORS = ['<=', '>=', '!=', '<', '>', '='] as const
/** How a condition compares. */
export type FilterOperator = (typeof FILTER_OPERATORS)[number]

/** One comparison, such as `lr<=0.001`. */
export interface TrialCondition {
  readonly field: TrialField
  readonly operator: FilterOperator
  /** As JSON holds it; a word without quotes is a string. */
  readonly value: unknown
}

const EXAMPLE = 'such as lr<=0.001 optimizer=adam val_acc>0.92 state=completed'
const MAX_CONDITIONS = 30
const TERM = /^([A-Za-z_]\w*)(<=|>=|!=|<|>|=)(.+)$/s
const metricNames = new Set<string>(METRIC_NAMES)
/** `loss` is a metric and a hyperparameter: a filter means the metric. */
const hyperparameterNames = new Set<string>(HYPERPARAMETER_NAMES.filter((name) => !metricNames.has(name)))

/** Whether the field is a hyperparameter, which is stored as JSON. */
export const isHyperparameterField = (field: TrialField): field is HyperparameterName =>
  hyperparameterNames.has(field)

/**
 * Conditions that must all hold, separated by spaces: `lr<=0.001 optimizer=adam val_acc>0.92 state=completed`.
 * @throws InvalidInputError naming each term that is not understood and at which character it stands, at `pointer`.
 */
export function parseTrialFilter(text: string, pointer = '#/filter'): TrialCondition[] {
  const terms = [...text.matchAll(/\S+/g)]
  const results = terms.slice(0, MAX_CONDITIONS).map(({ 0: term, index }) => {
    const result = parseTerm(term)
    return typeof result === 'string' ? `at character ${index + 1}: ${result}` : result
  })
  const faults = results.filter((result) => typeof result === 'string')
  if (terms.length > MAX_CONDITIONS) faults.push(`a filter has at most ${MAX_CONDITIONS} conditions`)
  if (faults.length > 0)
    throw new InvalidInputError([{ pointer, detail: faults.join('; ') } satisfies FieldProblem])
  return results.filter((result) => typeof result !== 'string')
}

/** One condition as it is written in a filter. */
export function formatCondition({ field, operator, value }: TrialCondition): string {
  const isPlainWord = typeof value === 'string' && typeof parseValue(value) === 'string'
  return `${field}${operator}${isPlainWord ? value : JSON.stringify(value)}`
}

/** The condition, or what is wrong with the term. */
function parseTerm(term: string): TrialCondition | string {
  const [, name = '', operator, written = ''] = TERM.exec(term) ?? []
  if (operator === undefined)
    return `${JSON.stringify(term.slice(0, 60))} is not a condition; write name, comparison and value without spaces, ${EXAMPLE}`
  const field = TRIAL_FIELDS.find((known) => known === name)
  if (field === undefined) return describeUnknown(name)
  return checkValue({ field, operator: operator as FilterOperator, value: parseValue(written) })
}

function checkValue(condition: TrialCondition): TrialCondition | string {
  const { field, operator, value } = condition
  const isOrder = operator !== '=' && operator !== '!='
  const needsNumber = isOrder || (field !== 'state' && !isHyperparameterField(field))
  if (needsNumber && !z.number().safeParse(value).success)
    return `${field}${operator} needs a number, ${EXAMPLE}`
  if (field !== 'state') return condition
  if (isOrder) return 'state has no order; use state=completed or state!=failed'
  return TRIAL_STATES.some((state) => state === value)
    ? condition
    : `state is one of ${TRIAL_STATES.join(', ')}`
}

function describeUnknown(name: string): string {
  const meant = nearestName(name, TRIAL_FIELDS)
  return meant === undefined
    ? `${JSON.stringify(name)} cannot be filtered by; known are ${TRIAL_FIELDS.join(', ')}`
    : `${JSON.stringify(name)} cannot be filtered by; did you mean ${JSON.stringify(meant)}?`
}

function parseValue(written: string): unknown {
  try {
    return JSON.parse(written)
  } catch {
    return written
  }
}
