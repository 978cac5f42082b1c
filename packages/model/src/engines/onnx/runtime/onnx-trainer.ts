import { DEFAULT_LOSS, type LossName } from '@sweepd/core'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import type { ReadBlock } from '../../../blocks/block.js'
import { refuseForeignCheckpoint } from '../../../checkpoint/unusable-checkpoint.js'
import { type Network, readNetwork } from '../../../network/network.js'
import type { Pixels } from '../../../training/pixels.js'
import type {
  LabelledImages,
  StepResult,
  Trainer,
  TrainerOptions,
  TrainerState,
  TrainingStep,
} from '../../engine.js'
import {
  type InferencePlan,
  planInference,
  planTraining,
  type TrainingPlan,
} from '../training-step/graph-plan.js'
import { layOutNetwork, type NetworkLayout } from '../training-step/network-layout.js'
import { optimizers, withoutOwnDecay } from '../training-step/optimizers.js'
import { tensorNames } from '../training-step/training-graph.js'
import { readWeights, writeWeights } from '../training-step/weights.js'
import { groupSteps } from './group-steps.js'
import type { ImageSource } from './image-source.js'
import * as ort from './onnxruntime.js'
import { RunLength } from './run-length.js'
import type { SessionLease, SessionPool } from './session-pool.js'
import { TrainingFeeds } from './training-feeds.js'
import type { Vectors, VectorValues } from './vectors.js'

/**
 * Images predicted at once. Forty divides the data sets' sizes and is as fast for each image as any number from 20 to
 * 50; a hundred is a tenth slower and holds three times the memory.
 */
const INFERENCE_BATCH = 40

/** What a trainer trains on. */
interface TrainingDevice {
  readonly pool: SessionPool
  readonly images: ImageSource
  createVectors(values: VectorValues): Vectors
  /** How many images the steps of one run of a graph may have together at the most; null if a run is one step. */
  readonly imagesPerRun: number | null
  /** Kinds of blocks that a network may have; all that there are unless given. */
  readonly blockKinds?: readonly ReadBlock[] | undefined
}

/** Trains with graphs of the pool; where weights and optimizer state live, the vectors know. */
export class OnnxTrainer implements Trainer {
  readonly loss: LossName
  private readonly network: Network
  private readonly layout: NetworkLayout
  private readonly vectors: Vectors
  private readonly leases = new Map<string, SessionLease>()
  private readonly feeds: TrainingFeeds
  private readonly isRepeated: boolean
  private steps = 0

  constructor(
    private readonly model: LayersModel,
    private readonly options: TrainerOptions,
    private readonly device: TrainingDevice,
  ) {
    this.loss = options.loss ?? DEFAULT_LOSS
    this.network = readNetwork(model, device.blockKinds)
    this.layout = layOutNetwork(this.network, options.batchSize)
    const { parameters, moving } = readWeights(model, this.layout)
    const state = optimizers[options.optimizer].initialState.map((start) =>
      new Float32Array(parameters.length).fill(start),
    )
    this.vectors = device.createVectors(nameVectors({ parameters, moving, state }))
    this.isRepeated = device.imagesPerRun !== null
    this.feeds = new TrainingFeeds(this.layout, device.images, this.isRepeated)
  }

  async *train(set: LabelledImages, steps: Iterable<TrainingStep>): AsyncGenerator<StepResult> {
    const { imagesPerRun } = this.device
    const length = new RunLength(imagesPerRun ?? 1)
    for (const run of groupSteps(steps, () => length.images)) {
      const startedAt = performance.now()
      const results = await this.take(set, run)
      length.observe(run.length * (run[0]?.indices.length ?? 1), performance.now() - startedAt)
      yield* results
    }
  }

  async predict(images: Pixels, size: number): Promise<Float32Array> {
    const { classes } = this.layout
    const set = { images, size }
    const isResident = this.device.images.isResident(set)
    const predictions = new Float32Array(size * classes)
    for (let start = 0; start < size; start += INFERENCE_BATCH) {
      const count = Math.min(INFERENCE_BATCH, size - start)
      const session = await this.open(planInference(this.network, count, isResident))
      const indices = Uint32Array.from({ length: count }, (_, index) => start + index)
      const part = predictions.subarray(start * classes, (start + count) * classes)
      const { [tensorNames.parameters]: parameters, [tensorNames.moving]: moving } = this.vectors.inputs()
      await session.run(
        {
          ...(await this.device.images.feed(set, indices, [count])),
          ...(parameters && { [tensorNames.parameters]: parameters }),
          ...(moving && { [tensorNames.moving]: moving }),
        },
        { [tensorNames.logProbabilities]: new ort.Tensor('float32', part, [count, classes]) },
      )
    }
    return predictions
  }

  async penalty(): Promise<number> {
    const { penalties, parameters } = this.layout
    if (penalties.size === 0) return 0
    const weights = (await this.vectors.read())[tensorNames.parameters] ?? new Float32Array()
    let total = 0
    for (const { name, offset, size } of parameters.slots) {
      const penalty = penalties.get(name)
      if (penalty === undefined) continue
      for (const weight of weights.subarray(offset, offset + size))
        total += penalty.l1 * Math.abs(weight) + penalty.l2 * weight * weight
    }
    return total
  }

  async checkpoint(): Promise<TrainerState> {
    const values = await this.vectors.read()
    const get = (name: string) => values[name] ?? new Float32Array()
    return {
      layout: `onnx ${this.options.optimizer}`,
      parameters: get(tensorNames.parameters),
      moving: get(tensorNames.moving),
      state: optimizers[this.options.optimizer].initialState.map((_, index) => get(tensorNames.state(index))),
      steps: this.steps,
    }
  }

  async restore(checkpoint: TrainerState): Promise<void> {
    refuseForeignCheckpoint(checkpoint, await this.checkpoint())
    this.vectors.write(nameVectors(checkpoint))
    this.steps = checkpoint.steps
  }

  async writeBack(): Promise<void> {
    const { parameters, moving } = await this.checkpoint()
    writeWeights(this.model, this.layout, { parameters, moving })
  }

  async dispose(): Promise<void> {
    // Vectors on a device are in the memory of the session that made them.
    await this.vectors.dispose()
    const leases = [...this.leases.values()]
    this.leases.clear()
    for (const lease of leases) lease.release()
  }

  /** Takes steps of one batch size in one run of the graph. */
  private async take(set: LabelledImages, steps: readonly TrainingStep[]): Promise<StepResult[]> {
    const { weightDecay = null } = this.options
    const decaysKernels = weightDecay !== null
    const optimizer = decaysKernels ? withoutOwnDecay(this.options.optimizer) : this.options.optimizer
    const batch = steps[0]?.indices.length ?? 0
    const isResident = this.device.images.isResident(set)
    const { network, loss, isRepeated } = this
    const session = await this.open(
      planTraining({ network, batch, optimizer, loss, decaysKernels, isRepeated, isResident }),
    )
    const rates = steps.map(({ lr }, index) => {
      const own = optimizers[optimizer].rates(lr, this.steps + index + 1)
      return weightDecay === null ? own : { ...own, decay: lr * weightDecay }
    })
    const results = await this.vectors.advance(session, await this.feeds.create(set, steps, rates))
    this.steps += steps.length
    return results
  }

  /** The compiled graph for batches of this size; the last batch of an epoch may be smaller than the others. */
  private async open(plan: TrainingPlan | InferencePlan): Promise<ort.InferenceSession> {
    const key = `${plan.kind} ${plan.batch} ${plan.isResident}`
    const lease = this.leases.get(key) ?? (await this.device.pool.lease(plan))
    this.leases.set(key, lease)
    return lease.session
  }
}

/** By the graphs' names; an empty vector is no input of any graph. */
function nameVectors({
  parameters,
  moving,
  state,
}: Pick<TrainerState, 'parameters' | 'moving' | 'state'>): VectorValues {
  return {
    [tensorNames.parameters]: parameters,
    ...(moving.length > 0 && { [tensorNames.moving]: moving }),
    ...Object.fromEntries(state.map((vector, index) => [tensorNames.state(index), vector])),
  }
}
