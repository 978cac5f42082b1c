import { DATASET_FACTS, isBuiltIn, type MetricName, type Sweep } from '@sweepd/core'

/**
 * The standard error of an accuracy, from the number of images that it was measured on; undefined for losses, whose
 * spread is not known, and for data sets whose sizes are not known here.
 */
export function standardError(
  sweep: Pick<Sweep, 'dataset' | 'validationSize'>,
  metric: MetricName,
  value: number,
): number | undefined {
  if (!isBuiltIn(sweep.dataset)) return undefined
  const facts = DATASET_FACTS[sweep.dataset]
  if (metric === 'val_acc') return binomialError(value, sweep.validationSize ?? facts.validationSize)
  if (metric === 'test_acc') return binomialError(value, facts.testSize)
  return undefined
}

const binomialError = (share: number, count: number): number => Math.sqrt((share * (1 - share)) / count)
