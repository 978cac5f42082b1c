import { DEFAULT_LOSS, type LossName } from '@sweepd/core'
import * as tf from '@tensorflow/tfjs-core'
import { type LayersModel, models } from '@tensorflow/tfjs-layers'
import { refuseForeignCheckpoint } from '../../checkpoint/unusable-checkpoint.js'
import { type Network, readNetwork } from '../../network/network.js'
import { gatherBatch } from '../../training/labelled-images.js'
import { type Pixels, readPixels } from '../../training/pixels.js'
import type {
  LabelledImages,
  StepResult,
  Trainer,
  TrainerOptions,
  TrainerState,
  TrainingStep,
} from '../engine.js'
import { type OptimizerName, withoutOwnDecay } from '../onnx/training-step/optimizers.js'
import { FlatVariables } from './flat-variables.js'
import { type Phase, toImages, toLogits } from './forward.js'
import { activateBackend, type TfjsBackend } from './tfjs-backend.js'
import { tfjsLosses } from './tfjs-losses.js'
import { tfjsOptimizers } from './tfjs-optimizers.js'

/** Images predicted at once. */
const INFERENCE_BATCH = 100

/** A trainer on a copy of the model, so that the model itself changes with `writeBack` alone. */
export async function createTfjsTrainer(
  model: LayersModel,
  options: TrainerOptions,
  backend: TfjsBackend,
): Promise<Trainer> {
  const network = readNetwork(model)
  const copy = await models.modelFromJSON({ modelTopology: model.toJSON(null, false) })
  copy.setWeights(model.getWeights())
  await activateBackend(backend)
  return new TfjsTrainer(model, copy, network, options, backend)
}

class TfjsTrainer implements Trainer {
  readonly loss: LossName
  private readonly shape: readonly number[]
  private readonly parameters: FlatVariables
  private readonly moving: FlatVariables
  private state: tf.Tensor1D[]
  private steps = 0

  constructor(
    private readonly model: LayersModel,
    private readonly copy: LayersModel,
    private readonly network: Network,
    private readonly options: TrainerOptions,
    private readonly backend: TfjsBackend,
  ) {
    this.loss = options.loss ?? DEFAULT_LOSS
    this.shape = (copy.inputs[0]?.shape ?? []).slice(1).map(Number)
    this.parameters = new FlatVariables(listParameters(copy, network))
    this.moving = new FlatVariables(copy.nonTrainableWeights)
    const size = this.parameters.variables.reduce((total, variable) => total + variable.size, 0)
    this.state = tfjsOptimizers[options.optimizer].initialState.map((start) => tf.fill([size], start))
  }

  async *train(set: LabelledImages, steps: Iterable<TrainingStep>): AsyncGenerator<StepResult> {
    for (const step of steps) yield await this.take(gatherBatch(set, step.indices), step)
  }

  async predict(images: Pixels, size: number): Promise<Float32Array> {
    await activateBackend(this.backend)
    const pixels = images.length / size
    const classes = this.copy.outputs[0]?.shape.at(-1) ?? 0
    const predictions = new Float32Array(size * classes)
    for (let start = 0; start < size; start += INFERENCE_BATCH) {
      const end = Math.min(size, start + INFERENCE_BATCH)
      const batch = readPixels(images, start * pixels, end * pixels)
      const part = tf.tidy(() =>
        tf.logSoftmax(toLogits(this.copy, toImages(batch, this.shape), { kind: 'inference' })),
      )
      predictions.set(await part.data(), start * classes)
      part.dispose()
    }
    return predictions
  }

  async penalty(): Promise<number> {
    await activateBackend(this.backend)
    const penalty = tf.tidy(() => sumPenalties(this.copy, this.network))
    const [value = Number.NaN] = await penalty.data()
    penalty.dispose()
    return value
  }

  async checkpoint(): Promise<TrainerState> {
    await activateBackend(this.backend)
    const state: Float32Array[] = []
    for (const vector of this.state) state.push((await vector.data()).slice() as Float32Array)
    return {
      layout: `tfjs ${this.options.optimizer}`,
      parameters: await this.parameters.read(),
      moving: await this.moving.read(),
      state,
      steps: this.steps,
    }
  }

  async restore(checkpoint: TrainerState): Promise<void> {
    refuseForeignCheckpoint(checkpoint, await this.checkpoint())
    tf.tidy(() => {
      this.parameters.write(toVector(checkpoint.parameters))
      this.moving.write(toVector(checkpoint.moving))
    })
    tf.dispose(this.state)
    this.state = checkpoint.state.map(toVector)
    this.steps = checkpoint.steps
  }

  async writeBack(): Promise<void> {
    this.model.setWeights(this.copy.getWeights())
  }

  async dispose(): Promise<void> {
    tf.dispose(this.state)
    this.state = []
    this.copy.dispose()
  }

  private async take(
    { images, labels }: ReturnType<typeof gatherBatch>,
    { lr, drawMask }: TrainingStep,
  ): Promise<StepResult> {
    await activateBackend(this.backend)
    const { measured, state } = tf.tidy(() => this.advance(images, labels, lr, drawMask))
    tf.dispose(this.state)
    this.state = state
    this.steps++
    const [loss = Number.NaN, correct = Number.NaN] = await measured.data()
    measured.dispose()
    return { loss, correct }
  }

  /** One step, within `tf.tidy`. @returns `measured`: loss and hits, `[2]` */
  private advance(
    images: Uint8Array,
    labels: Uint16Array,
    lr: number,
    drawMask: (mask: Float32Array) => void,
  ) {
    const phase = this.toPhase(labels.length, drawMask)
    const { loss, correct, gradients } = this.differentiate(images, labels, phase)
    const { optimizer, weightDecay = null } = this.options
    const name: OptimizerName = weightDecay === null ? optimizer : withoutOwnDecay(optimizer)
    const start = weightDecay === null ? this.parameters.variables : this.decayKernels(lr * weightDecay)
    const { parameters, state } = tfjsOptimizers[name].update(
      { parameters: this.parameters.join(start), gradients, state: this.state },
      lr,
      this.steps + 1,
    )
    this.parameters.write(parameters)
    return { measured: tf.stack([loss, correct]), state }
  }

  /** The weights with this share of every kernel taken away; biases and normalisation stay. */
  private decayKernels(share: number): tf.Tensor[] {
    const kernels = this.network.blocks
      .flatMap(({ penalties }) => penalties)
      .map(({ layer }) => this.copy.getLayer(layer).trainableWeights[0]?.read())
    return this.parameters.variables.map((weight) =>
      kernels.includes(weight) ? tf.sub(weight, tf.mul(weight, share)) : weight,
    )
  }

  private differentiate(images: Uint8Array, labels: Uint16Array, phase: Phase) {
    const batch = toImages(images, this.shape)
    const classes = tf.tensor1d(Int32Array.from(labels), 'int32')
    const hits: tf.Tensor[] = []
    const computeLoss = (): tf.Scalar => {
      const logits = toLogits(this.copy, batch, phase)
      // Whatever the differentiated function does not return is disposed of at its end, unless it is kept.
      hits.push(tf.keep(tf.sum(tf.equal(tf.argMax(logits, 1), classes))))
      const oneHot = tf.oneHot(classes, logits.shape[1]) as tf.Tensor2D
      return tf.add(tfjsLosses[this.loss](logits, oneHot), sumPenalties(this.copy, this.network))
    }
    const { variables } = this.parameters
    const { value, grads } = tf.variableGrads(computeLoss, variables)
    const correct = tf.cast(tf.addN(hits), 'float32')
    tf.dispose(hits)
    const ofVariables = variables.map((variable) => grads[variable.name] ?? tf.zerosLike(variable))
    return { loss: value, correct, gradients: this.parameters.join(ofVariables) }
  }

  private toPhase(size: number, drawMask: (mask: Float32Array) => void): Phase {
    const isFused = this.backend.backend === 'tensorflow'
    if (!this.network.blocks.some((block) => block.dropsOut))
      return { kind: 'training', mask: undefined, isFused }
    const features = this.copy.layers.find((layer) => layer.getClassName() === 'Flatten')?.outputShape[1]
    const mask = new Float32Array(size * Number(features))
    drawMask(mask)
    return { kind: 'training', mask: tf.tensor2d(mask, [size, Number(features)]), isFused }
  }
}

const toVector = (values: Float32Array): tf.Tensor1D => tf.tensor1d(values.slice(), 'float32')

/** Before batch normalisation a bias has no effect and no gradient but rounding, which adam would follow: it stays. */
function listParameters(model: LayersModel, { blocks }: Network) {
  const idle = blocks
    .flatMap(({ idleWeights }) => idleWeights)
    .map(({ layer, index }) => model.getLayer(layer).trainableWeights[index])
  return model.trainableWeights.filter((weight) => !idle.includes(weight))
}

/** L1 and L2 of every kernel. The sign has no gradient, so that |w| = w × sign w has none at zero, as in Keras. */
function sumPenalties(model: LayersModel, { blocks }: Network): tf.Scalar {
  let total = tf.scalar(0)
  for (const { layer: name, penalty } of blocks.flatMap(({ penalties }) => penalties)) {
    const kernel = model.getLayer(name).trainableWeights[0]?.read()
    if (kernel === undefined) throw new Error(`layer ${name} has no kernel`)
    if (penalty.l1 !== 0) total = tf.add(total, tf.mul(tf.sum(tf.mul(kernel, tf.sign(kernel))), penalty.l1))
    if (penalty.l2 !== 0) total = tf.add(total, tf.mul(tf.sum(tf.square(kernel)), penalty.l2))
  }
  return total
}
