import * as tf from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'

export type LayerVariable = LayersModel['weights'][number]

/** Weights of a model as one flat vector, so that an optimizer and a checkpoint see one. */
export class FlatVariables {
  constructor(private readonly weights: readonly LayerVariable[]) {}

  /** As TensorFlow.js differentiates with respect to them. */
  get variables(): tf.Variable[] {
    return this.weights.map((weight) => weight.read() as tf.Variable)
  }

  /** Joins one tensor per weight. The caller disposes of the vector. */
  join(tensors: readonly tf.Tensor[]): tf.Tensor1D {
    if (tensors.length === 0) return tf.tensor1d([], 'float32')
    return tf.tidy(() => tf.concat1d(tensors.map((tensor) => tf.reshape(tensor, [tensor.size]))))
  }

  /** Cuts a vector into the weights. */
  write(vector: tf.Tensor1D): void {
    tf.tidy(() => {
      let offset = 0
      for (const weight of this.weights) {
        const { size, shape } = weight.read()
        weight.write(tf.reshape(tf.slice1d(vector, offset, size), shape))
        offset += size
      }
    })
  }

  /** A copy of the values. */
  async read(): Promise<Float32Array> {
    const vector = this.join(this.variables)
    const values = (await vector.data()) as Float32Array
    vector.dispose()
    return values.slice()
  }
}
