import { z } from 'zod'
import type { Hyperparameters } from '../hyperparameters/hyperparameters.js'
import { conditionsSchema, meetsConditions } from './conditions.js'
import { QUANTITIES, quantityOf } from './quantities.js'

const MAX_CONSTRAINTS = 100

const quantityError = `is one of ${QUANTITIES.join(', ')}`
const termsSchema = z
  .array(z.enum(QUANTITIES, { error: quantityError }), { error: 'is an array of names' })
  .min(1, { error: 'name at least one number' })

const boundError = 'give min, max, or both'
const bounded = <T extends z.ZodRawShape>(shape: T) =>
  z
    .strictObject({ ...shape, min: z.number().optional(), max: z.number().optional() })
    .refine(
      (constraint: Record<string, unknown>) =>
        constraint['min'] !== undefined || constraint['max'] !== undefined,
      { error: boundError },
    )

const constraintError =
  'a constraint is {"product": [names], "min", "max"}, {"sum": [names], "min", "max"}, or {"if": conditions, "then": conditions}'

/** What every point has to keep to; nothing of it is ever run as code. */
export const constraintsSchema = z
  .array(
    z
      .union(
        [
          bounded({ product: termsSchema }),
          bounded({ sum: termsSchema }),
          // biome-ignore lint/suspicious/noThenProperty: it is data, never a function, so no promise takes it for one.
          z.strictObject({ if: conditionsSchema, then: conditionsSchema }),
        ],
        { error: constraintError },
      )
      .meta({ id: 'Constraint' }),
    { error: 'constraints is an array' },
  )
  .max(MAX_CONSTRAINTS, { error: `give at most ${MAX_CONSTRAINTS} constraints` })
  .describe(
    'what every point has to keep to, such as {"product": ["stride", "depth"], "max": 6} or {"if": {"optimizer": ["sgd"]}, ' +
      '"then": {"lr": {"min": 0.01}}}; other points are left out. depth and hiddenDepth count convolution and hidden layers',
  )
/** What points have to keep to. */
export type Constraint = z.output<typeof constraintsSchema>[number]

/** Whether a complete point keeps to all of the constraints. */
export const satisfiesConstraints = (constraints: readonly Constraint[], point: Hyperparameters): boolean =>
  constraints.every((constraint) => satisfies(constraint, point))

function satisfies(constraint: Constraint, point: Hyperparameters): boolean {
  if ('if' in constraint)
    return !meetsConditions(constraint.if, point) || meetsConditions(constraint.then, point)
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = constraint
  const result =
    'product' in constraint
      ? constraint.product.reduce((product, name) => product * quantityOf(name, point), 1)
      : constraint.sum.reduce((sum, name) => sum + quantityOf(name, point), 0)
  return result >= min && result <= max
}
