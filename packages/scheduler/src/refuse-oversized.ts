import {
  DATASET_FACTS,
  estimateTrainingMemory,
  type Hyperparameters,
  InvalidInputError,
  type SweepDefinition,
  type TrainingMemory,
} from '@sweepd/core'

const MIB = 1024 ** 2

/**
 * Refuses a definition with a point that takes more memory to train than is allowed, which a worker would find out
 * only by running out of it. Names the field that the most of it comes from, and what would help.
 * @throws InvalidInputError
 */
export function refuseOversized(
  definition: SweepDefinition,
  points: readonly Hyperparameters[],
  maxMiB: number,
): void {
  const facts = DATASET_FACTS[definition.dataset]
  const memories = points.map((point) => estimateTrainingMemory(point, facts))
  const oversized = memories.filter(({ totalBytes }) => totalBytes > maxMiB * MIB)
  const [first, ...others] = oversized
  if (first === undefined) return
  const largest = others.reduce((most, each) => (each.totalBytes > most.totalBytes ? each : most), first)
  const count = `${oversized.length} of ${points.length} points need more memory than the ${maxMiB} MiB allowed`
  const detail = `${count}; ${describe(largest)}, or raise MAX_TRIAL_MEMORY_MIB`
  throw new InvalidInputError([{ pointer: findPointer(definition, largest), detail }])
}

function describe({ parameters, totalBytes, mainCause }: TrainingMemory): string {
  const needs = `the largest about ${Math.ceil(totalBytes / MIB)} MiB`
  return mainCause === 'batchSize'
    ? `${needs}, most of it for the images of a batch: use a smaller batchSize or fewer filters`
    : `${needs}, most of it for its ${parameters} parameters: use fewer or smaller ${mainCause}`
}

/** A field that stands nowhere has its default; it could be added to `fixed`. */
const findPointer = ({ space }: SweepDefinition, { mainCause }: TrainingMemory): string =>
  `#/${Object.hasOwn(space, mainCause) ? 'space' : 'fixed'}/${mainCause}`
