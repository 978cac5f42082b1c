/**
 * A point as the learning samplers see it, one number per axis: a share from 0 to 1 of a numeric axis, the index of a
 * choice, or NaN for an axis that does not matter in the point.
 */
export type Row = Float64Array

/** An axis of numbers in order, on its own scale; those of a discrete one own a cell of it each. */
interface NumericAxis {
  readonly kind: 'numeric'
  /** How many values it has; Infinity if it is continuous. */
  readonly levels: number
  /** The cell of shares around the value at a share; its two ends are the same if the axis is continuous. */
  cellAt(share: number): readonly [low: number, high: number]
}

/** An axis of choices without an order. */
interface ChoiceAxis {
  readonly kind: 'choice'
  /** How many choices it has. */
  readonly levels: number
}

export type ModelAxis = NumericAxis | ChoiceAxis

/** A space of rows. */
export interface ModelSpace {
  readonly axes: readonly ModelAxis[]
  /** For each axis, whether it matters in a row that has a value for each; undefined if all of them always do. */
  readonly listActive?: ((row: Row) => readonly boolean[]) | undefined
}

/** What a learning sampler knows of a trial. */
export interface ModelTrial {
  /** Its number in the sweep. */
  readonly number: number
  readonly row: Row
  readonly outcome: ModelOutcome
}

/** What came of a trial, the smaller the loss the better. */
export type ModelOutcome =
  | { readonly kind: 'completed'; readonly loss: number }
  | { readonly kind: 'pruned'; readonly epoch: number; readonly loss: number }
  | { readonly kind: 'diverged' }
  | { readonly kind: 'running' }

/** The row at these shares of all axes, with NaN where an axis does not matter. */
export function rowAt(space: ModelSpace, shares: ArrayLike<number>): Row {
  const row = Float64Array.from(space.axes, (axis, index) => snap(axis, shares[index] ?? 0))
  return withoutInactive(space, row)
}

/** The nearest value that the axis has to a share of it: the centre of a cell, or the index of a choice. */
function snap(axis: ModelAxis, share: number): number {
  if (axis.kind === 'choice') return Math.min(axis.levels - 1, Math.floor(share * axis.levels))
  const [low, high] = axis.cellAt(Math.min(1, Math.max(0, share)))
  return (low + high) / 2
}

/** The row with the values of discrete numeric axes in the centres of their cells, and NaN where an axis does not matter. */
export function normalise(space: ModelSpace, row: Row): Row {
  const snapped = row.map((value, index) => {
    const axis = space.axes[index]
    return axis?.kind === 'numeric' ? snap(axis, value) : value
  })
  return withoutInactive(space, snapped)
}

function withoutInactive(space: ModelSpace, row: Row): Row {
  const active = space.listActive?.(row)
  return active === undefined ? row : row.map((value, index) => (active[index] ? value : Number.NaN))
}
