import { z } from 'zod'
import { isBuiltIn } from '../definition/datasets.js'
import { type Axis, fixedSchema } from '../definition/search-space.js'
import { type SweepDefinition, sweepDefinitionSchema } from '../definition/sweep-definition.js'
import {
  HYPERPARAMETER_NAMES,
  type Hyperparameters,
  hyperparametersSchema,
} from '../hyperparameters/hyperparameters.js'
import { isLaterValue, LATER_HYPERPARAMETERS } from '../hyperparameters/later-hyperparameters.js'
import { StoredFormatError } from '../problems/errors.js'
import { listProblems } from '../problems/field-problems.js'
import { type Score, scoreSchema } from '../resources/metrics.js'

/**
 * The newest format of stored definitions that this build understands. It grows by one whenever a definition can say
 * something that older builds do not know. `formatVersionOf` then gives that number to the definitions that say it
 * and to no others, so that older workers can still train the rest.
 */
export const FORMAT_VERSION = 5

/**
 * The oldest format that can say what this definition says: a build that knows this version understands the sweep and
 * each of its trials. Version 2 added `layers` of `reg`; version 3 samplers that learn, `when`, `constraints` and `points`;
 * version 4 data sets that people add, and `validationSize`; version 5 pruners and budgets. `LATER_HYPERPARAMETERS` lists
 * the hyperparameters that versions added.
 */
export function formatVersionOf(definition: SearchParts): number {
  const { dataset, validationSize, space, fixed, sampler, when, constraints, points, pruner, budget } =
    definition
  if (pruner.type !== 'none' || budget !== null) return 5
  const isSearch =
    !FIRST_SAMPLERS.has(sampler.type) || [when, constraints, points].some((part) => part !== undefined)
  const hasLayers = [fixed.reg, ...listChoices(space.reg)].some(
    (reg) => typeof reg === 'object' && reg !== null && 'layers' in reg,
  )
  const byPart = !isBuiltIn(dataset) || validationSize !== undefined ? 4 : isSearch ? 3 : hasLayers ? 2 : 1
  const byHyperparameter = Object.entries(LATER_HYPERPARAMETERS).map(([name, { version }]) => {
    const key = name as keyof typeof LATER_HYPERPARAMETERS
    return saysLater(key, fixed[key], space[key]) ? version : 1
  })
  return Math.max(byPart, ...byHyperparameter)
}

/** A range has values beside the default, whatever it is. */
function saysLater(name: string, fixed: unknown, axis: Axis | undefined): boolean {
  const isRange = axis !== undefined && !Array.isArray(axis)
  const values = [...(fixed === undefined ? [] : [fixed]), ...listChoices(axis)]
  return isRange || values.some((value) => isLaterValue(name, value))
}

type SearchParts = Pick<
  SweepDefinition,
  | 'dataset'
  | 'validationSize'
  | 'space'
  | 'fixed'
  | 'sampler'
  | 'when'
  | 'constraints'
  | 'points'
  | 'pruner'
  | 'budget'
>
const FIRST_SAMPLERS: ReadonlySet<string> = new Set(['grid', 'random', 'sobol'])

const listChoices = (axis: Axis | undefined): readonly unknown[] => (Array.isArray(axis) ? axis : [])

/** A definition as it is stored. Its version also holds for the hyperparameters of its trials. */
export const toStoredDefinition = (
  definition: SweepDefinition,
): SweepDefinition & { readonly version: number } => ({
  version: formatVersionOf(definition),
  ...definition,
})

/**
 * Choices were checked before they were stored and are not checked again: there can be 10,000 on an axis. Members that
 * this build does not know, `version` among them, are left out.
 */
const storedDefinitionSchema = z.object({
  ...sweepDefinitionSchema.shape,
  space: z.partialRecord(
    z.enum(HYPERPARAMETER_NAMES),
    z.custom<Axis>((axis) => typeof axis === 'object' && axis !== null, {
      error: 'is neither choices nor a range',
    }),
  ),
  fixed: fixedSchema.default({}),
})

/**
 * A stored definition, with what it lacks filled in: it may be older than some of the fields.
 * @throws StoredFormatError if it says something that this build does not understand.
 */
export const parseStoredDefinition = (json: unknown): SweepDefinition =>
  parseStored('the definition of a sweep', storedDefinitionSchema, json)

/**
 * Stored hyperparameters, with what they lack filled in by the defaults: they may be older than some of them.
 * @throws StoredFormatError if one of them is unknown to this build.
 */
export const parseStoredHyperparameters = (json: unknown): Hyperparameters =>
  parseStored('the hyperparameters of a trial', hyperparametersSchema, json)

/**
 * A stored score.
 * @throws StoredFormatError if it is none.
 */
export const parseStoredScore = (json: Readonly<Record<keyof Score, unknown>>): Score =>
  parseStored('the score of a trial', scoreSchema, json)

function parseStored<T>(what: string, schema: z.ZodType<T>, json: unknown): T {
  const result = schema.safeParse(json)
  if (!result.success) throw new StoredFormatError(what, listProblems(result.error, json))
  return result.data
}
