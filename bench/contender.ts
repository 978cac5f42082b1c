import {
  buildCNN,
  type LabelledImages,
  type NetworkOptions,
  onnxEngine,
  type Trainer,
  type TrainingStep,
} from '@sweepd/model'
import { BATCH } from './networks.js'

/** Somebody who trains one network, and is measured at it. */
export interface Contender {
  readonly name: string
  /** Trains so many steps; answers the mean time of one in milliseconds. */
  measure(steps: number): Promise<number>
  close(): Promise<void>
}

/** Random bytes in the shape of Fashion-MNIST: speed does not depend on what is on the images. */
export function drawImages(size: number): LabelledImages {
  const images = Uint8Array.from({ length: size * 784 }, () => Math.random() * 256)
  const labels = Uint8Array.from({ length: size }, () => Math.random() * 10)
  return { size, images, labels }
}

/** Steps with all of the images, and half of the features dropped. */
export async function takeSteps(trainer: Trainer, set: LabelledImages, count: number): Promise<void> {
  const step: TrainingStep = {
    indices: Uint32Array.from({ length: set.size }, (_, index) => index),
    lr: 0.001,
    drawMask: (mask) => mask.fill(2).fill(0, mask.length / 2),
  }
  let taken = 0
  for await (const { loss } of trainer.train(set, Array<TrainingStep>(count).fill(step)))
    if (Number.isFinite(loss)) taken++
  if (taken < count) throw new Error(`${count - taken} of ${count} steps diverged`)
}

/** Our engine, in this process. */
export async function startSweepd(network: Partial<NetworkOptions>): Promise<Contender> {
  const model = buildCNN([28, 28, 1], 10, network)
  const trainer = await onnxEngine.createTrainer(model, { optimizer: 'adam', batchSize: BATCH })
  const batch = drawImages(BATCH)
  return {
    name: 'sweepd',
    async measure(steps) {
      const startedAt = performance.now()
      await takeSteps(trainer, batch, steps)
      return (performance.now() - startedAt) / steps
    },
    async close() {
      await trainer.dispose()
      model.dispose()
    },
  }
}
