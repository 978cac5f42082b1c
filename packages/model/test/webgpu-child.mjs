// Trains small networks with the WebGPU provider and with the CPU's, step by step from the same weights, and tells how far
// apart they come. A process of its own: a fault of the driver ends it, and the adapter is chosen by its environment.
import { buildCNN, createOnnxEngine, prepareTensors } from '../dist/index.js'
import { Random } from '../dist/random.js'

const CLASSES = 4
const BATCH = 3
const LR = 0.01

/** Between them every operator that graphs are written in, with shapes as small as they come. */
const CASES = [
  {
    name: 'columns, stride 2, momentum, L1 and L2',
    shape: [13, 12, 1],
    optimizer: 'momentum',
    options: { stride: 2, convLayers: [2], activations: ['selu', 'relu'], reg: 0.01, dropout: 0 },
  },
  {
    name: 'winograd, batch normalisation, padding, dropout, adam',
    shape: [7, 6, 8],
    optimizer: 'adam',
    options: { convLayers: [3], bn: true, zeroPadding: true, dropout: 0.3 },
  },
]

const largestDifference = (ours, theirs) =>
  ours.reduce((most, value, index) => Math.max(most, Math.abs(value - theirs[index])), 0)

async function takeStep(trainer, set, drawMask) {
  const steps = [{ indices: Uint32Array.from({ length: set.size }, (_, index) => index), lr: LR, drawMask }]
  for await (const result of trainer.train(set, steps)) return result
}

async function compare({ name, shape, optimizer, options }) {
  const model = buildCNN(shape, CLASSES, { hiddenLayers: [4], ...options })
  const trainers = []
  for (const provider of ['webgpu', 'cpu'])
    trainers.push(await createOnnxEngine({ provider }).createTrainer(model, { optimizer, batchSize: BATCH }))
  const random = new Random(1)
  const drawBatch = () => ({
    images: Uint8Array.from({ length: BATCH * shape[0] * shape[1] * shape[2] }, () => random.below(256)),
    labels: Uint8Array.from({ length: BATCH }, () => random.below(CLASSES)),
  })
  const both = (use) => Promise.all(trainers.map(use))
  const losses = []
  const step = async (number) => {
    const { images, labels } = drawBatch()
    const results = await both((trainer) =>
      takeStep(trainer, { size: BATCH, images, labels }, (mask) =>
        new Random(number).fillDropoutMask(mask, options.dropout),
      ),
    )
    losses.push(results.map(({ loss, correct }) => [loss, correct]))
  }
  for (let number = 0; number < 3; number++) await step(number)
  const [saved] = await both((trainer) => trainer.checkpoint())
  await step(3)
  await trainers[0].restore({ ...saved })
  await trainers[1].restore({ ...saved })
  await step(4)
  const [ours, theirs] = await both((trainer) => trainer.checkpoint())
  const { images } = drawBatch()
  const [predicted, expected] = await both((trainer) => trainer.predict(images, BATCH))
  const [penalty, expectedPenalty] = await both((trainer) => trainer.penalty())
  await trainers[0].writeBack()
  await both((trainer) => trainer.dispose())
  return {
    name,
    losses,
    steps: ours.steps,
    parameters: largestDifference(ours.parameters, theirs.parameters),
    moving: largestDifference(ours.moving, theirs.moving),
    state: Math.max(...ours.state.map((vector, index) => largestDifference(vector, theirs.state[index]))),
    predictions: largestDifference(predicted, expected),
    penalty: Math.abs(penalty - expectedPenalty),
  }
}

await prepareTensors()
for (const one of CASES) process.send(await compare(one))
process.disconnect()
