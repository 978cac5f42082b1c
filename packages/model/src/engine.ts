import type { Hyperparameters, LossName } from '@sweepd/core'
import type { LayersModel } from '@tensorflow/tfjs-layers'

/** Images with their classes, as bytes; a structural subset of what packages/dataset gives. */
export interface LabelledImages {
  readonly size: number
  /** `[size, height, width, channels]`, or as a model with channels first takes them; 0 to 255 */
  readonly images: Uint8Array
  /** `[size]`, class numbers */
  readonly labels: Uint8Array
}

/** What one step measured on its batch. */
export interface StepResult {
  /** Mean loss of the batch plus penalties, before the update. */
  readonly loss: number
  /** Images whose most likely class was the right one. */
  readonly correct: number
}

/** All that steps change, to come back to. Vectors are in the engine's own order. */
export interface Checkpoint {
  /** Kind of engine and optimizer whose vectors these are, as `onnx adam`. */
  readonly layout: string
  readonly parameters: Float32Array
  readonly moving: Float32Array
  readonly state: readonly Float32Array[]
  /** Optimizer steps taken. */
  readonly steps: number
}

export interface TrainerOptions extends Readonly<Pick<Hyperparameters, 'optimizer' | 'batchSize'>> {
  /** Categorical cross-entropy where it is left out. */
  readonly loss?: LossName | undefined
}

/** Trains one model, a batch at a time. The caller disposes of it. */
export interface Trainer {
  /** What it makes smaller, and what an evaluation reports. */
  readonly loss: LossName
  /**
   * One optimizer step.
   * @param images `[size, height × width × channels]` bytes
   * @param labels `[size]`
   * @param lr learning rate of this step
   * @param drawMask fills the dropout mask of the batch; not called where the network drops nothing out
   */
  step(
    images: Uint8Array,
    labels: Uint8Array,
    lr: number,
    drawMask: (mask: Float32Array) => void,
  ): Promise<StepResult>
  /** Natural logarithms of the class probabilities, `[size, classes]`, with the weights as they are now. */
  predict(images: Uint8Array, size: number): Promise<Float32Array>
  /** Sum of the penalties of the weights as they are now. */
  penalty(): number
  /** A copy of the state, unaffected by later steps. */
  checkpoint(): Checkpoint
  /** Comes back to a checkpoint of any trainer of the same layout. @throws UnusableCheckpointError for another */
  restore(checkpoint: Checkpoint): void
  /** Copies the weights into the LayersModel. */
  writeBack(): void
  dispose(): Promise<void>
}

export interface Engine {
  /** Name and device, as shown to people: `onnx cpu`. */
  readonly name: string
  createTrainer(model: LayersModel, options: TrainerOptions): Promise<Trainer>
}
