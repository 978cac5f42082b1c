import type { Hyperparameters, SweepDefinition } from '@sweepd/core'
import { createCounterRandom } from '../random/counter-random.js'
import { createSobolSequence } from '../random/sobol.js'
import { completePoint, countPoints, listProduct, listSampledAxes, type SampledAxis } from '../space/axes.js'

/** Draws in a row that may bring nothing new before what is left of a finite space is listed in order instead. */
const MAX_IDLE_DRAWS = 1000

/**
 * Points of the search space in the order of a sampler that learns nothing from trials, each of them once, completed
 * with the fixed values and the defaults, from draw `firstDraw` on. Draw n follows from the space, the seed and n alone. The points of a finite
 * space end when each has come; those of a continuous one when many draws in a row bring nothing new.
 */
export function* drawPoints(
  definition: Pick<SweepDefinition, 'space' | 'fixed' | 'seed'>,
  sampler: 'random' | 'sobol',
  firstDraw = 0,
): Generator<Hyperparameters> {
  const axes = listSampledAxes(definition)
  const shares = sharesOf(axes.length, definition.seed, sampler)
  for (const values of onceEach(drawValues(axes, shares, firstDraw), axes))
    yield completePoint(definition, axes, values)
}

/** Draw n as a share of each axis. */
function sharesOf(axes: number, seed: number, sampler: 'random' | 'sobol'): (draw: number) => number[] {
  switch (sampler) {
    case 'sobol':
      return createSobolSequence(axes, seed).pointAt
    case 'random':
      return (draw) => {
        const random = createCounterRandom(seed, draw)
        return Array.from({ length: axes }, random.uniform)
      }
  }
}

function* drawValues(
  axes: readonly SampledAxis[],
  shares: (draw: number) => number[],
  firstDraw: number,
): Generator<readonly unknown[]> {
  for (let draw = firstDraw; ; draw++) {
    const point = shares(draw)
    yield axes.map((axis, index) => axis.valueAt(point[index] ?? 0))
  }
}

function* onceEach(
  draws: Generator<readonly unknown[]>,
  axes: readonly SampledAxis[],
): Generator<readonly unknown[]> {
  const seen = new Set<string>()
  const isNew = (values: readonly unknown[]) => seen.size < seen.add(JSON.stringify(values)).size
  const count = countPoints(axes)
  let idle = 0
  for (const values of draws) {
    if (isNew(values)) {
      idle = 0
      yield values
    } else if (++idle === MAX_IDLE_DRAWS) break
    if (seen.size === count) return
  }
  // Numbers are rounded, so that even a continuous space can be exhausted; what is left of it cannot be listed.
  if (count === Number.POSITIVE_INFINITY) return
  for (const values of listProduct(axes)) if (isNew(values)) yield values
}
