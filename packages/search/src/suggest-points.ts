import type { Hyperparameters, SweepDefinition } from '@sweepd/core'
import { drawPoints } from './samplers/draw-points.js'
import { countSpace, createSpace, listPoints, type Space, type SpaceDefinition } from './space/space.js'

/** What of a sweep's definition decides its points. */
export type SearchDefinition = SpaceDefinition & Pick<SweepDefinition, 'sampler' | 'seed' | 'objective'>

/** How many points the definition asks for: no more than its space has. */
export function countSuggestions(definition: SpaceDefinition & Pick<SweepDefinition, 'sampler'>): number {
  const { sampler } = definition
  const count = countSpace(createSpace(definition))
  return sampler.type === 'grid' ? count : Math.min(sampler.trials, count)
}

/**
 * The points that follow from the definition alone, each of them once, in order: those by hand, then the sampler's. A
 * grid's end with the grid; those of the other samplers continue beyond `trials`, so that impossible points can be
 * replaced, until the space is exhausted. Of a sampler that learns from trials they are its start, a Sobol sequence.
 */
export function* suggestPoints(definition: Omit<SearchDefinition, 'objective'>): Generator<Hyperparameters> {
  const space = createSpace(definition)
  const { handPoints } = space
  yield* handPoints
  const first = new Set(handPoints.map((point) => JSON.stringify(point)))
  for (const point of listSampled(space, definition))
    if (first.size === 0 || !first.has(JSON.stringify(point))) yield point
}

/** Points in the order of a sampler without those by hand. */
export function listSampled(
  space: Space,
  { sampler: { type }, seed }: Pick<SearchDefinition, 'sampler' | 'seed'>,
  firstDraw = 0,
): Generator<Hyperparameters> {
  switch (type) {
    case 'grid':
      return listPoints(space)
    case 'random':
      return drawPoints(space, seed, 'random', firstDraw)
    case 'sobol':
    case 'tpe':
    case 'gp':
    case 'auto':
      return drawPoints(space, seed, 'sobol', firstDraw)
  }
}
