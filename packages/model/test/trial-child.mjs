// Trains one trial with the engine of its first argument, on the built package, and tells what came of it.
import { hyperparametersSchema } from '@sweepd/core'
import { createEngine, prepareTensors, trainTrial } from '../dist/index.js'

const SIDE = 12
const PIXELS = SIDE * SIDE
const CLASSES = 3

/** Bright rows at a height of their class, and noise that repeats after a prime number of pixels. */
function drawSet(size) {
  const labels = Uint8Array.from({ length: size }, (_, index) => index % CLASSES)
  const images = Uint8Array.from({ length: size * PIXELS }, (_, index) => {
    const row = Math.floor((index % PIXELS) / SIDE)
    const isBright = Math.floor((row * CLASSES) / SIDE) === labels[Math.floor(index / PIXELS)]
    return (isBright ? 120 : 0) + ((index * 7919) % 131)
  })
  return { size, images, labels }
}

const classNames = Array.from({ length: CLASSES }, (_, index) => `class ${index}`)
const images = {
  shape: [SIDE, SIDE, 1],
  classNames,
  train: drawSet(96),
  validation: drawSet(30),
  test: drawSet(30),
}
const point = hyperparametersSchema.parse({
  ...{ convLayers: [4, 8], hiddenLayers: [8], bn: true, dropout: 0.2, epochs: 3, batchSize: 16, lr: 0.003 },
})

await prepareTensors()
const engine = await createEngine(process.argv[2])
const { kept, score } = await trainTrial(engine, point, images, { seed: 3 })
process.send({ node: process.version, outcome: { ...kept, durationMs: 0, score } }, () => process.exit(0))
