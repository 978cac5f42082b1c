import type { TrainingStep } from '../../engine.js'

/**
 * Steps that one run of a graph can take: in order, with batches of one size, and together with no more images than
 * allowed at the time, unless one batch alone has more.
 */
export function* groupSteps(
  steps: Iterable<TrainingStep>,
  countAllowed: () => number,
): Generator<TrainingStep[]> {
  let group: TrainingStep[] = []
  for (const step of steps) {
    const size = step.indices.length
    const isOther = group[0] !== undefined && group[0].indices.length !== size
    if (isOther) {
      yield group
      group = []
    }
    group.push(step)
    if ((group.length + 1) * size > countAllowed()) {
      yield group
      group = []
    }
  }
  if (group.length > 0) yield group
}
