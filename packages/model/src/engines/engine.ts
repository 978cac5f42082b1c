import type { Hyperparameters, LossName } from '@sweepd/core'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import type { Pixels } from '../training/pixels.js'

/** Images with their classes, as bytes; a structural subset of what packages/dataset gives. */
export interface LabelledImages {
  readonly size: number
  /** `[size, height, width, channels]`, or as a model with channels first takes them; 0 to 255 */
  readonly images: Pixels
  /** `[size]`, class numbers */
  readonly labels: Uint8Array | Uint16Array
}

/** What one step measured on its batch. */
export interface StepResult {
  /** Mean loss of the batch plus penalties, before the update. */
  readonly loss: number
  /** Images whose most likely class was the right one. */
  readonly correct: number
}

/** One optimizer step to take. */
export interface TrainingStep {
  /** Places in the set of the images to learn from. */
  readonly indices: Uint32Array
  /** Learning rate of this step. */
  readonly lr: number
  /** Fills the dropout mask of the batch; not called where the network drops nothing out. */
  readonly drawMask: (mask: Float32Array) => void
}

/** All that steps change, to come back to. Vectors are in the engine's own order. */
export interface TrainerState {
  /** Kind of engine and optimizer whose vectors these are, as `onnx adam`. */
  readonly layout: string
  readonly parameters: Float32Array
  readonly moving: Float32Array
  readonly state: readonly Float32Array[]
  /** Optimizer steps taken. */
  readonly steps: number
}

export interface TrainerOptions extends Readonly<Pick<Hyperparameters, 'optimizer' | 'batchSize'>> {
  /** Categorical cross-entropy by default. */
  readonly loss?: LossName | undefined
  /** Of the kernels, in units of the learning rate; null or none leaves it to the optimizer. */
  readonly weightDecay?: number | null | undefined
}

/** Trains one model. The caller disposes of it. */
export interface Trainer {
  /** The loss being minimised, which an evaluation reports too. */
  readonly loss: LossName
  /**
   * Takes the steps in order and yields what each measured. It reads several steps ahead and runs them together, so
   * between two results later steps may already have been taken. After the last result all of them have.
   */
  train(set: LabelledImages, steps: Iterable<TrainingStep>): AsyncIterable<StepResult>
  /** Natural logarithms of the class probabilities, `[size, classes]`, with the weights as they are now. */
  predict(images: Pixels, size: number): Promise<Float32Array>
  /** Sum of the penalties of the weights as they are now. */
  penalty(): Promise<number>
  /** A copy of the state, unaffected by later steps. */
  checkpoint(): Promise<TrainerState>
  /** Restores a checkpoint of any trainer of the same layout. @throws UnusableCheckpointError if its layout differs */
  restore(checkpoint: TrainerState): Promise<void>
  /** Copies the weights into the LayersModel. */
  writeBack(): Promise<void>
  dispose(): Promise<void>
}

export interface Engine {
  /** As shown to people: `onnx cpu`. */
  readonly name: string
  /** What it computes on, as shown to people: `AMD EPYC 9354 32-Core Processor`. */
  readonly device: string
  createTrainer(model: LayersModel, options: TrainerOptions): Promise<Trainer>
  /** Frees what the engine keeps from trial to trial. Its trainers are disposed of by then. */
  dispose(): Promise<void>
}
