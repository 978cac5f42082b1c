import type { Hyperparameters, SweepDefinition } from '@sweepd/core'
import { drawPoints } from './samplers/draw-points.js'
import { suggestGrid } from './samplers/grid.js'
import { countPoints, listSampledAxes } from './space/axes.js'

/** How many points the definition asks for: no more than its space has. */
export function countSuggestions(definition: Pick<SweepDefinition, 'space' | 'sampler'>): number {
  const { sampler } = definition
  const count = countPoints(listSampledAxes(definition))
  return sampler.type === 'grid' ? count : Math.min(sampler.trials, count)
}

/**
 * The points that the definition's sampler suggests, each of them once, in order. A grid's end with the grid; those of
 * the other samplers continue beyond `trials`, so that impossible points can be replaced, until the space is exhausted.
 */
export function suggestPoints(
  definition: Pick<SweepDefinition, 'space' | 'fixed' | 'sampler' | 'seed'>,
): Generator<Hyperparameters> {
  const { type } = definition.sampler
  return type === 'grid' ? suggestGrid(definition) : drawPoints(definition, type)
}
