// npm run build && npx tsx bench/numbers.ts [--checkout FOLDER]
// Digests of a score of short trainings: weights, moving averages, optimizer state, losses, predictions, exported models.
// Run it before and after a change, or on another built checkout, and compare the lines: none may differ unless the change
// is meant to change numbers. Digests of two machines differ, because ONNX Runtime chooses its kernels by the processor.
import { createHash } from 'node:crypto'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'

type Model = typeof import('@sweepd/model')
type Options = NonNullable<Parameters<Model['buildCNN']>[2]>
type Loss = NonNullable<Parameters<Model['onnxEngine']['createTrainer']>[1]['loss']>

interface Case {
  readonly shape?: readonly [number, number, number]
  readonly options: Options
  readonly loss?: Loss
}

const BATCH = 8
const TRAIN_IMAGES = 3 * BATCH + 3
const CLASSES = 5
const SEED = 11

const CASES: Readonly<Record<string, Case>> = {
  'seed, adam': { shape: [28, 28, 1], options: { convLayers: [32, 64] } },
  'seed, normalised, padded': {
    shape: [28, 28, 1],
    options: { convLayers: [32, 64, 128], bn: true, zeroPadding: true, reg: 0.0005 },
  },
  'stride 2, sgd': { options: { convLayers: [8], stride: 2, optimizer: 'sgd', lr: 0.1 } },
  'stride 1 × 2, momentum, tanh': {
    shape: [12, 20, 1],
    options: {
      convLayers: [4, 8],
      kernel: 2,
      stride: [1, 2],
      optimizer: 'momentum',
      activations: ['tanh', 'sigmoid'],
    },
  },
  'kernel 3 × 5, nesterov, elu': {
    options: {
      convLayers: [8, 8],
      kernel: [3, 5],
      zeroPadding: true,
      optimizer: 'nesterov',
      activations: ['elu', 'selu'],
    },
  },
  'kernel 4, rmsprop, leaky': {
    shape: [20, 21, 1],
    options: {
      convLayers: [8, 8],
      kernel: 4,
      bn: true,
      optimizer: 'rmsprop',
      activations: ['leakyRelu', 'elu'],
    },
  },
  'kernel 2, adagrad, gelu': {
    options: {
      convLayers: [9, 6],
      kernel: 2,
      bn: true,
      optimizer: 'adagrad',
      activations: ['gelu', 'swish'],
    },
  },
  'kernel 5, adamw, swish': {
    shape: [20, 20, 1],
    options: {
      convLayers: [8, 4],
      kernel: 5,
      zeroPadding: true,
      optimizer: 'adamw',
      activations: ['swish', 'linear'],
    },
  },
  'colours first, adamax': {
    shape: [3, 12, 14],
    options: {
      dataFormat: 'channelsFirst',
      convLayers: [16, 8],
      bn: true,
      optimizer: 'adamax',
      activations: ['selu', 'tanh'],
    },
  },
  'colours last, penalties': {
    shape: [12, 14, 3],
    options: { convLayers: [8, 16], reg: { l1: 0.001, l2: 0.01 } },
  },
  'penalties of convolutions, no dropout': {
    options: { convLayers: [8], dropout: 0, reg: { l1: 0.001, l2: 0, layers: 'convolutions' } },
  },
  'no hidden layer, binary loss': {
    options: { convLayers: [8], hiddenLayers: [], activations: ['sigmoid', 'relu'] },
    loss: 'binaryCrossentropy',
  },
  'three hidden layers, sparse loss': {
    options: { convLayers: [4], hiddenLayers: [16, 8, 12], lrDecay: 0.01 },
    loss: 'sparseCategoricalCrossentropy',
  },
  'kernel 7, padded': { shape: [18, 18, 1], options: { convLayers: [4, 9], kernel: 7, zeroPadding: true } },
  'kernel 1': { options: { convLayers: [9, 8], kernel: 1, bn: true } },
}

const { values } = parseArgs({ options: { checkout: { type: 'string' } } })
const checkout = resolve(values.checkout ?? join(import.meta.dirname, '..'))
const sweepd: Model = await import(pathToFileURL(join(checkout, 'packages/model/dist/index.js')).href)
await sweepd.prepareTensors()
for (const [name, training] of Object.entries(CASES))
  console.log(`${name.padEnd(40)} ${await digestTraining(sweepd, training)}`)

async function digestTraining(
  { buildCNN, evaluate, fit, onnxEngine, prepareTensors, writeOnnxModel }: Model,
  { shape = [12, 14, 1], options, loss }: Case,
): Promise<string> {
  await prepareTensors()
  const model = buildCNN(shape, CLASSES, options, SEED)
  const { optimizer = 'adam', lr = 0.01, lrDecay = 0, dropout = 0.2 } = options
  const trainer = await onnxEngine.createTrainer(model, { optimizer, batchSize: BATCH, loss })
  const [train, validation] = [drawImages(shape, TRAIN_IMAGES), drawImages(shape, 45)]
  // biome-ignore lint/suspicious/noFocusedTests: this fit trains a network.
  const { history } = await fit(trainer, {
    train,
    validation,
    lr,
    lrDecay,
    dropout,
    batchSize: BATCH,
    epochs: 2,
    earlyStopping: null,
    seed: SEED,
  })
  const { parameters, moving, state } = await trainer.checkpoint()
  const { predicted } = await evaluate(trainer, validation)
  await trainer.writeBack()
  const hash = createHash('sha256')
  for (const vector of [parameters, moving, ...state, predicted]) hash.update(vector)
  for (const { loss, acc, val_loss, val_acc } of history)
    hash.update(`${loss} ${acc} ${val_loss} ${val_acc};`)
  for (const weight of model.getWeights()) hash.update(weight.dataSync() as Float32Array)
  hash.update(String(writeOnnxModel(model).length))
  await trainer.dispose()
  model.dispose()
  return hash.digest('hex').slice(0, 16)
}

/** Any images, the same in every run. */
function drawImages(shape: readonly number[], size: number) {
  const pixels = size * shape.reduce((product, side) => product * side, 1)
  const images = Uint8Array.from({ length: pixels }, (_, index) => (index * index * 31 + index * 7) % 251)
  const labels = Uint8Array.from({ length: size }, (_, index) => index % CLASSES)
  return { size, images, labels }
}
