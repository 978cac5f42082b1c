import {
  type DatasetFacts,
  estimateTrainingMemory,
  type Hyperparameters,
  InvalidInputError,
  type SweepDefinition,
  type TrainingMemory,
} from '@sweepd/core'

const MIB = 1024 ** 2

/**
 * Finds points that take more memory to train than is allowed, which a worker would find out only by running out of it.
 */
export class OversizedPoints {
  private largest: TrainingMemory | undefined
  private count = 0

  constructor(
    private readonly definition: SweepDefinition,
    private readonly facts: DatasetFacts,
    private readonly maxMiB: number,
  ) {}

  look(point: Hyperparameters): void {
    const memory = estimateTrainingMemory(point, this.facts)
    if (memory.totalBytes <= this.maxMiB * MIB) return
    this.count++
    if (this.largest === undefined || memory.totalBytes > this.largest.totalBytes) this.largest = memory
  }

  /**
   * Names the field that the most of the memory comes from, and what would help.
   * @throws InvalidInputError if there were such points
   */
  refuse(total: number): void {
    if (this.largest === undefined) return
    const count = `${this.count} of ${total} points need more memory than the ${this.maxMiB} MiB allowed`
    const detail = `${count}; ${describe(this.largest)}, or raise MAX_TRIAL_MEMORY_MIB`
    throw new InvalidInputError([{ pointer: findPointer(this.definition, this.largest), detail }])
  }
}

/** Why a point takes more memory to train than is allowed; undefined if it does not, or any amount is allowed. */
export function explainOversize(
  point: Hyperparameters,
  facts: DatasetFacts,
  maxMiB: number | null,
): string | undefined {
  if (maxMiB === null) return undefined
  const { totalBytes } = estimateTrainingMemory(point, facts)
  if (totalBytes <= maxMiB * MIB) return undefined
  return `it needs about ${Math.ceil(totalBytes / MIB)} MiB of memory to train, more than the ${maxMiB} MiB allowed`
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
