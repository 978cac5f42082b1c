// npm run build && npm run example:export [-- --dataset fashion-mnist --epochs 5 --train-size 50000 --folder exported]
// Trains one network without the service and exports it twice: a TensorFlow.js LayersModel for the browser, and ONNX.
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { DATASET_NAMES } from '@sweepd/core'
import { loadDataset } from '@sweepd/dataset'
import {
  buildCNN,
  evaluate,
  type FitOptions,
  fit,
  NETWORK_DEFAULTS,
  onnxEngine,
  prepareTensors,
  saveLayersModel,
  saveOnnxModel,
} from '@sweepd/model'

const BATCH_SIZE = 32
const SEED = 2019

const { values } = parseArgs({
  options: {
    dataset: { type: 'string', default: 'synthetic' },
    epochs: { type: 'string', default: '3' },
    'train-size': { type: 'string', default: '4000' },
    folder: { type: 'string', default: 'exported' },
  },
})
const name = DATASET_NAMES.find((known) => known === values.dataset)
if (name === undefined) throw new Error(`--dataset is one of ${DATASET_NAMES.join(', ')}`)

const dataset = await loadDataset(name, {
  dataDir: '.sweepd',
  fashionMnistDir: process.env['FASHION_MNIST_DIR'],
})
const size = Math.min(Number(values['train-size']), dataset.train.size)
const pixels = dataset.height * dataset.width * dataset.channels
const train = {
  size,
  images: dataset.train.images.subarray(0, size * pixels),
  labels: dataset.train.labels.subarray(0, size),
}

await prepareTensors()
const network = { ...NETWORK_DEFAULTS, bn: true, zeroPadding: true }
const inputShape = [dataset.height, dataset.width, dataset.channels] as const
const model = buildCNN(inputShape, dataset.labels.length, network, SEED)
const trainer = await onnxEngine.createTrainer(model, { optimizer: 'adam', batchSize: BATCH_SIZE })
const options: FitOptions = {
  train,
  validation: dataset.validation,
  epochs: Number(values.epochs),
  batchSize: BATCH_SIZE,
  dropout: network.dropout,
  lr: 0.001,
  lrDecay: 0,
  earlyStopping: null,
  seed: SEED,
  onEpoch: ({ epoch, loss, val_acc }) =>
    console.log(`epoch ${epoch}  loss ${loss.toFixed(4)}  val_acc ${val_acc.toFixed(4)}`),
}
const { kept } = await fit(trainer, options)
const { acc } = await evaluate(trainer, dataset.test)
console.log(`val_acc ${kept.val_acc.toFixed(4)}  test_acc ${acc.toFixed(4)}`)

// Until now the trained weights are the engine's own.
trainer.writeBack()
await trainer.dispose()
await saveLayersModel(model, join(values.folder, 'tfjs'))
await saveOnnxModel(model, join(values.folder, 'model.onnx'), 'uint8')
model.dispose()
console.log(`In ${values.folder}: tfjs/model.json for tf.loadLayersModel (images from 0 to 1),`)
console.log(
  '  model.onnx (bytes, [batch, height, width, channels]); both give the probabilities of the classes:',
)
console.log(`  ${dataset.labels.join(', ')}`)
