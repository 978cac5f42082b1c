// Trains trials one after another, as a worker's training child does, and tells its memory after each.
// JavaScript on the built package: a loader for TypeScript would hold 65 MB of its own.
import { hyperparametersSchema } from '@sweepd/core'
import { memory } from '@tensorflow/tfjs-core'
import { createEngine, prepareTensors, trainTrial } from '../dist/index.js'
import { Random } from '../dist/training/random.js'

/** As many images as Fashion-MNIST has: they lie in memory, though few are used. */
const DATASET_SIZE = 70_000
const SHAPE = [28, 28, 1]
const PIXELS = 28 * 28

function drawTrialImages() {
  const random = new Random(1)
  const images = Uint8Array.from({ length: DATASET_SIZE * PIXELS }, (_, index) => (index * 7919) % 251)
  const labels = Uint8Array.from({ length: DATASET_SIZE }, () => random.below(10))
  const take = (size) => ({
    size,
    images: images.subarray(0, size * PIXELS),
    labels: labels.subarray(0, size),
  })
  const classNames = Array.from({ length: 10 }, (_, index) => `class ${index}`)
  return { shape: SHAPE, classNames, train: take(DATASET_SIZE), validation: take(40), test: take(40) }
}

/** Shapes around the seed's largest network, hardly one twice; 66 images leave a last batch of two. */
function drawHyperparameters(random) {
  const pick = (...choices) => choices[random.below(choices.length)]
  return hyperparametersSchema.parse({
    ...{ epochs: 1, trainSize: 66, batchSize: 32, zeroPadding: true },
    kernel: pick(2, 3, 4, [3, 2]),
    bn: pick(true, false),
    reg: pick(0, 0.001, 0.002),
    convLayers: pick([32, 64, 128], [32, 64], [16, 48], [64, 32, 16]),
    hiddenLayers: pick([128], [64], [64, 64]),
    optimizer: pick('adam', 'rmsprop', 'sgd'),
  })
}

const images = drawTrialImages()
const random = new Random(2)
await prepareTensors()
// The compiled engine, unless another is named.
const engine = await createEngine(process.argv[3] ?? 'cpu')
for (let trial = 0; trial < Number(process.argv[2]); trial++) {
  await trainTrial(engine, drawHyperparameters(random), images, { seed: trial })
  process.send({
    residentBytes: process.memoryUsage.rss(),
    peakBytes: process.resourceUsage().maxRSS * 1024,
    tensors: memory().numTensors,
  })
}
await engine.dispose()
process.disconnect()
