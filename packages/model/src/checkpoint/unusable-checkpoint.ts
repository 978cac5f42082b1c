import type { TrainerState } from '../engines/engine.js'

/** A checkpoint cannot be trained on from: damaged, of another version, or made for other training. Begin afresh. */
export class UnusableCheckpointError extends Error {
  readonly code = 'unusable-checkpoint'
  constructor(reason: string) {
    super(`the checkpoint cannot be resumed from: ${reason}; train from the start instead`)
    this.name = 'UnusableCheckpointError'
  }
}

/**
 * Checks that the vectors of a checkpoint are laid out as an engine's own.
 * @param own a checkpoint of the trainer that is to take it, or its sizes
 * @throws UnusableCheckpointError saying what differs
 */
export function refuseForeignCheckpoint(given: TrainerState, own: CheckpointLayout): void {
  const differences = [
    ['layout', given.layout, own.layout],
    ['parameters', given.parameters.length, own.parameters.length],
    ['moving averages', given.moving.length, own.moving.length],
    ['optimizer state', showLengths(given.state), showLengths(own.state)],
  ] as const
  for (const [what, found, expected] of differences)
    if (found !== expected)
      throw new UnusableCheckpointError(`its ${what} is ${found}, and this network needs ${expected}`)
}

interface Sized {
  readonly length: number
}

/** What two checkpoints have in common if one trainer can load both. */
interface CheckpointLayout {
  readonly layout: string
  readonly parameters: Sized
  readonly moving: Sized
  readonly state: readonly Sized[]
}

const showLengths = (vectors: readonly Sized[]): string =>
  `[${vectors.map(({ length }) => length).join(', ')}]`
