import type { SweepDefinition } from '@sweepd/core'

type Objective = SweepDefinition['objective']

/** Whether one value of the objective is better than another. */
export const isBetter = ({ direction }: Objective, value: number, than: number): boolean =>
  direction === 'maximize' ? value > than : value < than

/** The best of at least one value. */
export const bestOf = ({ direction }: Objective, values: readonly number[]): number =>
  values.reduce((best, value) => (direction === 'maximize' ? Math.max(best, value) : Math.min(best, value)))

/** A value of the objective as people read it. */
export const formatObjective = ({ metric }: Objective, value: number): string =>
  `${metric} ${Number(value.toPrecision(4))}`
