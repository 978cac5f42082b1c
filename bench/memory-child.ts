import { hyperparametersSchema } from '@sweepd/core'
import { onnxEngine, type TrialImages, trainTrial } from '@sweepd/model'
import { drawImages } from './contender.js'
import { BATCH, EPOCH_IMAGES, NETWORKS } from './networks.js'

/** Train this network so many times. */
export interface MemoryQuestion {
  readonly network: string
  readonly trials: number
}

/** In MB of 10⁶ bytes. */
export interface MemoryAnswer {
  readonly rssMb: number
  readonly peakMb: number
}

const TRAIN_IMAGES = 10 * BATCH
const VALIDATION_IMAGES = 10_000
/** Predicting all of them would take most of the time, and no more memory. */
const PREDICTED_IMAGES = 500

const images = createImages()

process.on('message', async ({ network, trials }: MemoryQuestion) => {
  for (let seed = 0; seed < trials; seed++) {
    const point = { ...NETWORKS[network], epochs: 1, trainSize: TRAIN_IMAGES, batchSize: BATCH }
    await trainTrial(onnxEngine, hyperparametersSchema.parse(point), images, { seed })
  }
  const [rss, peak] = [process.memoryUsage.rss(), process.resourceUsage().maxRSS * 1024]
  process.send?.({ rssMb: toMb(rss), peakMb: toMb(peak) } satisfies MemoryAnswer)
})

/** As many images as a slot holds. */
function createImages(): TrialImages {
  const all = drawImages(EPOCH_IMAGES + 2 * VALIDATION_IMAGES)
  const take = (start: number, size: number) => ({
    size,
    images: all.images.subarray(start * 784, (start + size) * 784),
    labels: all.labels.subarray(start, start + size),
  })
  return {
    shape: [28, 28, 1],
    classNames: Array.from({ length: 10 }, (_, index) => String(index)),
    train: take(0, EPOCH_IMAGES),
    validation: take(EPOCH_IMAGES, PREDICTED_IMAGES),
    test: take(EPOCH_IMAGES + VALIDATION_IMAGES, PREDICTED_IMAGES),
  }
}

const toMb = (bytes: number): number => Math.round(bytes / 1e6)
