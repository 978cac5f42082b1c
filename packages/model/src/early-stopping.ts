import type { EpochMetrics, Hyperparameters } from '@sweepd/core'

type EarlyStoppingOptions = NonNullable<Hyperparameters['earlyStopping']>

/** Keras' EarlyStopping: gives up after `patience` epochs in a row without an improvement by more than `minDelta`. */
export class EarlyStopping {
  private best: EpochMetrics | undefined
  private waited = 0

  constructor(private readonly options: EarlyStoppingOptions) {}

  /** Whether this epoch is the best so far, and whether to stop after it. */
  observe(metrics: EpochMetrics): { isBest: boolean; shouldStop: boolean } {
    if (this.isImprovement(metrics)) {
      this.best = metrics
      this.waited = 0
      return { isBest: true, shouldStop: false }
    }
    this.waited++
    return { isBest: false, shouldStop: this.waited >= this.options.patience }
  }

  private isImprovement(metrics: EpochMetrics): boolean {
    if (this.best === undefined) return true
    const { monitor, minDelta } = this.options
    const gain = metrics[monitor] - this.best[monitor]
    return (monitor.endsWith('acc') ? gain : -gain) > minDelta
  }
}
