import { DEFAULT_LOSS, type LossName } from '@sweepd/core'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import * as ort from 'onnxruntime-node'
import type { Checkpoint, Engine, StepResult, Trainer, TrainerOptions } from '../engine.js'
import { readNetwork } from '../network.js'
import { refuseForeignCheckpoint } from '../unusable-checkpoint.js'
import { type CompiledNetwork, compileNetwork } from './compiled-network.js'
import { optimizers } from './optimizers.js'
import { tensorNames, writeInferenceGraph, writeTrainingGraph } from './training-graph.js'
import { readWeights, writeWeights } from './weights.js'

/**
 * One thread: two trials side by side on two cores finish sooner than one trial on both.
 * The memory arena stays on: without it each step would ask the system for its activations anew.
 */
const SESSION_OPTIONS: ort.InferenceSession.SessionOptions = {
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
  logSeverityLevel: 3,
}

/** Images predicted at once: few enough for the processor's caches, a divisor of the data sets' sizes. Not tuned. */
const INFERENCE_BATCH = 100

/** Trains on ONNX Runtime's CPU provider: forward, backward and update are one compiled graph. */
export const onnxEngine: Engine = {
  name: 'onnx cpu',
  createTrainer: async (model, options) => new OnnxTrainer(model, options),
}

/** Vectors that a step replaces: it reads one set and writes the other, so that nothing is allocated. */
interface Vectors {
  readonly parameters: ort.TypedTensor<'float32'>
  readonly moving: ort.TypedTensor<'float32'>
  readonly state: readonly ort.TypedTensor<'float32'>[]
}

class OnnxTrainer implements Trainer {
  private readonly network
  private readonly compiled: CompiledNetwork
  private readonly sessions = new Map<string, Promise<ort.InferenceSession>>()
  private current: Vectors
  private spare: Vectors
  private steps = 0
  readonly loss: LossName

  constructor(
    private readonly model: LayersModel,
    private readonly options: TrainerOptions,
  ) {
    this.loss = options.loss ?? DEFAULT_LOSS
    this.network = readNetwork(model)
    this.compiled = compileNetwork(this.network, options.batchSize)
    const { parameters, moving } = readWeights(model, this.compiled)
    const state = optimizers[options.optimizer].initialState.map((start) =>
      new Float32Array(parameters.length).fill(start),
    )
    this.current = toVectors(parameters, moving, state)
    this.spare = toVectors(
      parameters.slice(),
      moving.slice(),
      state.map((vector) => vector.slice()),
    )
  }

  async step(
    images: Uint8Array,
    labels: Uint8Array,
    lr: number,
    drawMask: (mask: Float32Array) => void,
  ): Promise<StepResult> {
    const size = labels.length
    const session = await this.open('training', size, (compiled) =>
      writeTrainingGraph(compiled, this.options.optimizer, this.loss),
    )
    const { rate, decay } = optimizers[this.options.optimizer].rates(lr, this.steps + 1)
    const { classes, features } = this.compiled
    const feeds: Record<string, ort.Tensor> = {
      [tensorNames.images]: new ort.Tensor('uint8', images, [size, images.length / size]),
      [tensorNames.labels]: new ort.Tensor('float32', toOneHot(labels, classes), [size, classes]),
      [tensorNames.rate]: new ort.Tensor('float32', Float32Array.of(rate), []),
      [tensorNames.decay]: new ort.Tensor('float32', Float32Array.of(decay), []),
      ...this.nameVectors(this.current, (name) => name),
    }
    if (this.network.dropout > 0) {
      const mask = new Float32Array(size * features)
      drawMask(mask)
      feeds[tensorNames.dropoutMask] = new ort.Tensor('float32', mask, [size, features])
    }
    const [loss, correct] = [new Float32Array(1), new Float32Array(1)]
    await session.run(feeds, {
      ...this.nameVectors(this.spare, tensorNames.next),
      [tensorNames.loss]: new ort.Tensor('float32', loss, []),
      [tensorNames.correct]: new ort.Tensor('float32', correct, []),
    })
    ;[this.current, this.spare] = [this.spare, this.current]
    this.steps++
    return { loss: loss[0] ?? Number.NaN, correct: correct[0] ?? 0 }
  }

  async predict(images: Uint8Array, size: number): Promise<Float32Array> {
    const { classes } = this.compiled
    const pixels = images.length / size
    const predictions = new Float32Array(size * classes)
    for (let start = 0; start < size; start += INFERENCE_BATCH) {
      const count = Math.min(INFERENCE_BATCH, size - start)
      const session = await this.open('inference', count, writeInferenceGraph)
      const feeds = {
        [tensorNames.images]: new ort.Tensor(
          'uint8',
          images.subarray(start * pixels, (start + count) * pixels),
          [count, pixels],
        ),
        ...this.nameVectors(this.current, (name) => name),
      }
      const part = predictions.subarray(start * classes, (start + count) * classes)
      await session.run(feeds, {
        [tensorNames.logProbabilities]: new ort.Tensor('float32', part, [count, classes]),
      })
    }
    return predictions
  }

  penalty(): number {
    let total = 0
    for (const { name, offset, size } of this.compiled.parameters.slots) {
      const penalty = this.compiled.penalties.get(name)
      if (penalty === undefined) continue
      for (const weight of this.current.parameters.data.subarray(offset, offset + size))
        total += penalty.l1 * Math.abs(weight) + penalty.l2 * weight * weight
    }
    return total
  }

  checkpoint(): Checkpoint {
    const { parameters, moving, state } = this.current
    return {
      layout: this.layout,
      parameters: parameters.data.slice(),
      moving: moving.data.slice(),
      state: state.map((vector) => vector.data.slice()),
      steps: this.steps,
    }
  }

  restore(checkpoint: Checkpoint): void {
    const { parameters, moving, state, steps } = checkpoint
    refuseForeignCheckpoint(checkpoint, {
      layout: this.layout,
      parameters: this.current.parameters.data,
      moving: this.current.moving.data,
      state: this.current.state.map(({ data }) => data),
    })
    this.current.parameters.data.set(parameters)
    this.current.moving.data.set(moving)
    for (const [index, vector] of state.entries()) this.current.state[index]?.data.set(vector)
    this.steps = steps
  }

  private get layout(): string {
    return `onnx ${this.options.optimizer}`
  }

  writeBack(): void {
    const { parameters, moving } = this.current
    writeWeights(this.model, this.compiled, { parameters: parameters.data, moving: moving.data })
  }

  async dispose(): Promise<void> {
    const sessions = await Promise.all(this.sessions.values())
    this.sessions.clear()
    await Promise.all(sessions.map((session) => session.release()))
  }

  /** The compiled graph for batches of this size; the last batch of an epoch may be smaller than the others. */
  private open(
    kind: string,
    size: number,
    write: (compiled: CompiledNetwork) => Uint8Array,
  ): Promise<ort.InferenceSession> {
    const key = `${kind} ${size}`
    const known = this.sessions.get(key)
    if (known !== undefined) return known
    const compiled = size === this.options.batchSize ? this.compiled : compileNetwork(this.network, size)
    const session = ort.InferenceSession.create(write(compiled), SESSION_OPTIONS)
    this.sessions.set(key, session)
    return session
  }

  private nameVectors(
    { parameters, moving, state }: Vectors,
    rename: (name: string) => string,
  ): Record<string, ort.Tensor> {
    const named: Record<string, ort.Tensor> = { [rename(tensorNames.parameters)]: parameters }
    if (this.compiled.moving.size > 0) named[rename(tensorNames.moving)] = moving
    for (const [index, vector] of state.entries()) named[rename(tensorNames.state(index))] = vector
    return named
  }
}

function toVectors(parameters: Float32Array, moving: Float32Array, state: readonly Float32Array[]): Vectors {
  const toTensor = (vector: Float32Array) => new ort.Tensor('float32', vector, [vector.length])
  return { parameters: toTensor(parameters), moving: toTensor(moving), state: state.map(toTensor) }
}

function toOneHot(labels: Uint8Array, classes: number): Float32Array {
  const rows = new Float32Array(labels.length * classes)
  for (const [index, label] of labels.entries()) rows[index * classes + label] = 1
  return rows
}
