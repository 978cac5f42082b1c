import * as tf from '@tensorflow/tfjs-core'

/** The part of the package's backend that runs a TensorFlow operator by its name. */
interface OperatorRunner {
  readonly binding: Readonly<
    Record<'TF_ATTR_BOOL' | 'TF_ATTR_FLOAT' | 'TF_ATTR_STRING' | 'TF_ATTR_TYPE' | 'TF_FLOAT', number>
  >
  executeMultipleOutputs(
    name: string,
    attributes: readonly { name: string; type: number; value: unknown }[],
    inputs: readonly tf.TensorInfo[],
    outputs: number,
  ): tf.Tensor[]
}

const getRunner = (): OperatorRunner => tf.engine().findBackend('tensorflow') as unknown as OperatorRunner

/** Statistics that batch normalisation computes over a batch. */
export interface BatchStatistics {
  readonly mean: tf.Tensor1D
  /** Of the batch itself, without Bessel's correction, as in TensorFlow.js. */
  readonly variance: tf.Tensor1D
}

/**
 * Batch normalisation with the statistics of the batch, `[batch, height, width, channels]`: one operator forward and one
 * backward, where TensorFlow.js runs about forty over the whole tensor.
 * @param onStatistics called within the operation; it must copy or keep the tensors that it needs later
 */
export function normaliseBatch(
  input: tf.Tensor4D,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  epsilon: number,
  onStatistics: (statistics: BatchStatistics) => void,
): tf.Tensor4D {
  const runner = getRunner()
  const { TF_ATTR_BOOL, TF_ATTR_FLOAT, TF_ATTR_STRING, TF_ATTR_TYPE, TF_FLOAT } = runner.binding
  const attributes = [
    { name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT },
    { name: 'U', type: TF_ATTR_TYPE, value: TF_FLOAT },
    { name: 'epsilon', type: TF_ATTR_FLOAT, value: epsilon },
    { name: 'data_format', type: TF_ATTR_STRING, value: 'NHWC' },
    { name: 'is_training', type: TF_ATTR_BOOL, value: true },
  ]
  const count = input.size / gamma.size
  const compute = tf.customGrad((x, scale, offset, save) => {
    const empty = tf.tensor1d([], 'float32')
    const inputs = [x as tf.Tensor, scale as tf.Tensor, offset as tf.Tensor, empty, empty]
    const [value, mean, unbiased, ...reserved] = runner.executeMultipleOutputs(
      'FusedBatchNormV3',
      attributes,
      inputs,
      6,
    )
    if (value === undefined || mean === undefined || unbiased === undefined)
      throw new Error('FusedBatchNormV3 returned no outputs')
    const biased = tf.mul<tf.Tensor1D>(unbiased, Math.max(count - 1, 1) / count)
    onStatistics({ mean: mean as tf.Tensor1D, variance: biased })
    ;(save as tf.GradSaveFunc)([x as tf.Tensor, scale as tf.Tensor, ...reserved])
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) =>
      runner.executeMultipleOutputs('FusedBatchNormGradV3', attributes, [dy, ...saved], 5).slice(0, 3)
    return { value, gradFunc }
  })
  return compute(input, gamma, beta) as tf.Tensor4D
}

/** max(0, x), whose gradient is one operator instead of eight. */
export function rectify<T extends tf.Tensor>(input: T): T {
  const runner = getRunner()
  const attributes = [{ name: 'T', type: runner.binding.TF_ATTR_TYPE, value: runner.binding.TF_FLOAT }]
  const compute = tf.customGrad((x, save) => {
    const value = tf.relu(x as tf.Tensor)
    ;(save as tf.GradSaveFunc)([value])
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) =>
      runner.executeMultipleOutputs('ReluGrad', attributes, [dy, ...saved], 1)
    return { value, gradFunc }
  })
  return compute(input) as T
}

/**
 * A convolution without padding, `[batch, height, width, channels]`. Unlike that of the layers, it does not compute the
 * gradient of its input if that is not needed, as for the images.
 */
export const convolve = (
  input: tf.Tensor4D,
  kernel: tf.Tensor4D,
  bias: tf.Tensor1D,
  strides: [number, number],
): tf.Tensor4D => tf.add(tf.conv2d(input, kernel, strides, 'valid'), bias)
