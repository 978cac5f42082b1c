import type { LabelledImages, TrainingStep } from '../../engine.js'
import type { NetworkLayout } from '../training-step/network-layout.js'
import type { StepRates } from '../training-step/optimizers.js'
import { tensorNames } from '../training-step/training-graph.js'
import type { ImageSource } from './image-source.js'
import * as ort from './onnxruntime.js'
import type { NamedTensors } from './vectors.js'

/** Makes the inputs of training graphs, all but the vectors. */
export class TrainingFeeds {
  /** Filled anew for each run. */
  private masks = new Float32Array()

  /** @param isRepeated whether the graphs take several steps in a run, along a leading axis */
  constructor(
    private readonly network: NetworkLayout,
    private readonly images: ImageSource,
    private readonly isRepeated: boolean,
  ) {}

  /** Of steps with batches of one size. @param rates one for each step */
  async create(
    set: LabelledImages,
    steps: readonly TrainingStep[],
    rates: readonly StepRates[],
  ): Promise<NamedTensors> {
    const { classes } = this.network
    const size = steps[0]?.indices.length ?? 0
    const indices = joinIndices(steps)
    const axis = this.isRepeated ? [steps.length] : []
    const labels = toOneHot(set.labels, indices, classes)
    return {
      ...(await this.images.feed(set, indices, [...axis, size])),
      [tensorNames.labels]: new ort.Tensor('float32', labels, [...axis, size, classes]),
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
    const { maskLength } = this.network
    if (maskLength === 0) return {}
    const length = size * maskLength
    if (this.masks.length < steps.length * length) this.masks = new Float32Array(steps.length * length)
    for (const [index, { drawMask }] of steps.entries())
      drawMask(this.masks.subarray(index * length, (index + 1) * length))
    const masks = this.masks.subarray(0, steps.length * length)
    return { [tensorNames.dropoutMask]: new ort.Tensor('float32', masks, [...axis, size, maskLength]) }
  }
}

function joinIndices(steps: readonly TrainingStep[]): Uint32Array {
  const [first] = steps
  if (first !== undefined && steps.length === 1) return first.indices
  return Uint32Array.from(steps.flatMap(({ indices }) => [...indices]))
}

function toOneHot(labels: LabelledImages['labels'], indices: Uint32Array, classes: number): Float32Array {
  const rows = new Float32Array(indices.length * classes)
  for (const [row, index] of indices.entries()) rows[row * classes + (labels[index] as number)] = 1
  return rows
}
