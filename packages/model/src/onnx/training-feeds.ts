import * as ort from 'onnxruntime-node'
import type { LabelledImages, TrainingStep } from '../engine.js'
import { gatherBatch } from '../gather-batch.js'
import type { CompiledNetwork } from './compiled-network.js'
import type { StepRates } from './optimizers.js'
import { tensorNames } from './training-graph.js'
import type { NamedTensors } from './vectors.js'

/** Makes the inputs of training graphs, all but the vectors. */
export class TrainingFeeds {
  /** Filled anew for each run. */
  private masks = new Float32Array()

  /** @param isRepeated whether the graphs take several steps in a run, along a leading axis */
  constructor(
    private readonly compiled: CompiledNetwork,
    private readonly isRepeated: boolean,
  ) {}

  /** Of steps with batches of one size. @param rates one for each step */
  create(set: LabelledImages, steps: readonly TrainingStep[], rates: readonly StepRates[]): NamedTensors {
    const { classes } = this.compiled
    const size = steps[0]?.indices.length ?? 0
    const { images, labels } = gatherBatch(set, joinIndices(steps))
    const axis = this.isRepeated ? [steps.length] : []
    return {
      [tensorNames.images]: new ort.Tensor('uint8', images, [...axis, size, images.length / labels.length]),
      [tensorNames.labels]: new ort.Tensor('float32', toOneHot(labels, classes), [...axis, size, classes]),
      ...this.drawMasks(steps, axis, size),
      [tensorNames.rate]: new ort.Tensor(
        'float32',
        Float32Array.from(rates, ({ rate }) => rate),
        axis,
      ),
      [tensorNames.decay]: new ort.Tensor(
        'float32',
        Float32Array.from(rates, ({ decay }) => decay),
        axis,
      ),
    }
  }

  private drawMasks(steps: readonly TrainingStep[], axis: readonly number[], size: number): NamedTensors {
    const { network, features } = this.compiled
    if (network.dropout === 0) return {}
    const length = size * features
    if (this.masks.length < steps.length * length) this.masks = new Float32Array(steps.length * length)
    for (const [index, { drawMask }] of steps.entries())
      drawMask(this.masks.subarray(index * length, (index + 1) * length))
    const masks = this.masks.subarray(0, steps.length * length)
    return { [tensorNames.dropoutMask]: new ort.Tensor('float32', masks, [...axis, size, features]) }
  }
}

function joinIndices(steps: readonly TrainingStep[]): Uint32Array {
  const [first] = steps
  if (first !== undefined && steps.length === 1) return first.indices
  return Uint32Array.from(steps.flatMap(({ indices }) => [...indices]))
}

function toOneHot(labels: Uint8Array, classes: number): Float32Array {
  const rows = new Float32Array(labels.length * classes)
  for (const [index, label] of labels.entries()) rows[index * classes + label] = 1
  return rows
}
