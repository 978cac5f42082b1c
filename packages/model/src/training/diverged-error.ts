/** A number of the training became NaN or infinite. An outcome of the hyperparameters, not of the machine. */
export class DivergedError extends Error {
  readonly code = 'diverged'
  constructor(
    readonly what: 'loss' | 'validation loss' | 'test loss' | 'weight',
    /** NaN or an infinity. */
    readonly value: number,
    readonly epoch: number,
    /** Optimizer step of the whole training, counted from 1: the last one before the number was seen. */
    readonly step: number,
  ) {
    super(
      `the ${what} became ${value} in epoch ${epoch}, at step ${step} of the training; a lower lr may help`,
    )
    this.name = 'DivergedError'
  }
}
