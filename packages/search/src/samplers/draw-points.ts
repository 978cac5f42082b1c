import type { Hyperparameters } from '@sweepd/core'
import { createCounterRandom } from '../random/counter-random.js'
import { createSobolSequence } from '../random/sobol.js'
import { countPoints } from '../space/axes.js'
import { listPoints, type Space } from '../space/space.js'

/** Draws in a row that may bring nothing new before what is left of a finite space is listed in order instead. */
const MAX_IDLE_DRAWS = 1000
/** Draws in a row that may break the constraints before they are taken for impossible to keep. */
const MAX_REFUSED_DRAWS = 20_000

/**
 * Points of the search space in the order of a sampler that learns nothing from trials, each of them once, completed
 * with the fixed values and the defaults, from draw `firstDraw` on. Draw n follows from the space, the seed and n alone.
 * The points of a finite space end when each has come; those of a continuous one when many draws in a row bring nothing
 * new.
 */
export function* drawPoints(
  space: Space,
  seed: number,
  sampler: 'random' | 'sobol',
  firstDraw = 0,
): Generator<Hyperparameters> {
  const { axes } = space
  const count = countPoints(axes)
  const shares = sharesOf(axes.length, seed, sampler)
  const seen = new Set<string>()
  const isNew = (point: Hyperparameters) =>
    seen.size < seen.add(JSON.stringify(axes.map(({ name }) => point[name]))).size
  for (let draw = firstDraw, idle = 0, refused = 0; idle < MAX_IDLE_DRAWS; draw++) {
    const point = space.complete(valuesAt(space, shares(draw)))
    if (!space.isAllowed(point)) {
      if (++refused === MAX_REFUSED_DRAWS) break
      continue
    }
    refused = 0
    idle++
    if (!isNew(point)) continue
    idle = 0
    yield point
    if (seen.size === count) return
  }
  // Numbers are rounded, so that even a continuous space can be exhausted; what is left of it cannot be listed.
  if (count === Number.POSITIVE_INFINITY) return
  for (const point of listPoints(space)) if (isNew(point)) yield point
}

/** The values of all axes at these shares of them. */
const valuesAt = ({ axes }: Space, shares: readonly number[]): unknown[] =>
  axes.map((axis, index) => axis.valueAt(shares[index] ?? 0))

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
