import { MersenneTwister } from './mersenne-twister.js'
import { permuteIndices } from './permute-indices.js'

/** Every index from 0 stands in exactly one of the two. */
export interface SplitIndices {
  readonly train: Uint32Array
  readonly validation: Uint32Array
}

/**
 * Which of `count` images are for training and which for validation; the very choice, in the very order, of
 * scikit-learn's `train_test_split(…, train_size=1 - validationCount / count, random_state=seed)`: one permutation,
 * whose head is held out.
 */
export function splitIndices(count: number, validationCount: number, seed: number): SplitIndices {
  const order = permuteIndices(new MersenneTwister(seed), count)
  return { validation: order.subarray(0, validationCount), train: order.subarray(validationCount) }
}
