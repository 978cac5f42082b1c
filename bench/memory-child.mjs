// Trains one short trial after the other with as many images as a slot holds. JavaScript on the built packages, as a
// worker's training process is: a loader for TypeScript would hold 65 MB of its own.
import { hyperparametersSchema } from '@sweepd/core'
import { onnxEngine, trainTrial } from '@sweepd/model'

const BATCH = 32
const TRAIN_IMAGES = 10 * BATCH
const DATASET_IMAGES = 70_000
/** Predicting ten thousand would take most of the time, and no more memory. */
const PREDICTED_IMAGES = 500

const images = createImages()

process.on('message', async ({ network, trials }) => {
  for (let seed = 0; seed < trials; seed++) {
    const point = { ...network, epochs: 1, trainSize: TRAIN_IMAGES, batchSize: BATCH }
    await trainTrial(onnxEngine, hyperparametersSchema.parse(point), images, { seed })
  }
  const [rss, peak] = [process.memoryUsage.rss(), process.resourceUsage().maxRSS * 1024]
  process.send({ rssMb: toMb(rss), peakMb: toMb(peak) })
})

function createImages() {
  const bytes = Buffer.alloc(DATASET_IMAGES * 784, 'sweepd')
  const labels = Buffer.alloc(DATASET_IMAGES, Buffer.from([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]))
  const take = (size) => ({
    size,
    images: bytes.subarray(0, size * 784),
    labels: labels.subarray(0, size),
  })
  return {
    shape: [28, 28, 1],
    classNames: Array.from({ length: 10 }, (_, index) => String(index)),
    train: take(DATASET_IMAGES),
    validation: take(PREDICTED_IMAGES),
    test: take(PREDICTED_IMAGES),
  }
}

const toMb = (bytes) => Math.round(bytes / 1e6)
