import type { EpochMetrics, Hyperparameters } from '@sweepd/core'

type EarlyStoppingOptions = NonNullable<Hyperparameters['earlyStopping']>

/** Keras' EarlyStopping: gives up after `patience` epochs in a row without an improvement by more than `minDelta`. */
export class EarlyStopping {
  private best: EpochMetrics | undefined
  private waited = 0

  /** @param history epochs that it has seen already: they are all that its state depends on */
  constructor(
    private readonly options: EarlyStoppingOptions,
    history: readonly EpochMetrics[] = [],
  ) {
    for (const metrics of history) this.observe(metrics)
  }

  /** Whether to stop after the last epoch that it saw. */
  get shouldStop(): boolean {
    return this.waited > 0 && this.waited >= this.options.patience
  }

  /** Takes in the next epoch; returns whether it is the best so far. */
  observe(metrics: EpochMetrics): boolean {
    const isBest = this.isImprovement(metrics)
    if (isBest) this.best = metrics
    this.waited = isBest ? 0 : this.waited + 1
    return isBest
  }

  private isImprovement(metrics: EpochMetrics): boolean {
    if (this.best === undefined) return true
    const { monitor, minDelta } = this.options
    const gain = metrics[monitor] - this.best[monitor]
    return (monitor.endsWith('acc') ? gain : -gain) > minDelta
  }
}
