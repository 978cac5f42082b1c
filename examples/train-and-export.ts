// npm run build && npm run example:export [-- --dataset fashion-mnist --epochs 5 --train-size 50000 --folder exported]
// Trains one network without the service and exports it twice: a TensorFlow.js LayersModel for the browser, and ONNX.
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { DATASET_NAMES, hyperparametersSchema } from '@sweepd/core'
import { loadDataset } from '@sweepd/dataset'
import {
  buildCNN,
  evaluate,
  fit,
  onnxEngine,
  prepareTensors,
  saveLayersModel,
  saveOnnxModel,
  takeImages,
} from '@sweepd/model'

type Dataset = Awaited<ReturnType<typeof loadDataset>>

const SEED = 2019

const { values } = parseArgs({
  options: {
    dataset: { type: 'string', default: 'synthetic' },
    epochs: { type: 'string', default: '3' },
    'train-size': { type: 'string', default: '4000' },
    folder: { type: 'string', default: 'exported' },
  },
})
const { folder } = values
const epochs = Number(values.epochs)
const hyperparameters = hyperparametersSchema.parse({ bn: true, zeroPadding: true, epochs })
const name = DATASET_NAMES.find((known) => known === values.dataset)
if (name === undefined) throw new Error(`--dataset is one of ${DATASET_NAMES.join(', ')}`)

await prepareTensors()
const fashionMnistDir = process.env['FASHION_MNIST_DIR']
const dataset = await loadDataset(name, { dataDir: '.sweepd', fashionMnistDir })
const model = await train(dataset)
await saveLayersModel(model, join(folder, 'tfjs'))
await saveOnnxModel(model, join(folder, 'model.onnx'), 'uint8')
model.dispose()
console.log(`In ${folder}: tfjs/model.json for tf.loadLayersModel (images from 0 to 1),`)
console.log(
  '  model.onnx (bytes, [batch, height, width, channels]); both give the probabilities of the classes:',
)
console.log(`  ${dataset.labels.join(', ')}`)

async function train({ height, width, channels, labels, validation, test, ...dataset }: Dataset) {
  const model = buildCNN([height, width, channels], labels.length, hyperparameters, SEED)
  const trainer = await onnxEngine.createTrainer(model, hyperparameters)
  // biome-ignore lint/suspicious/noFocusedTests: this fit trains a network.
  await fit(trainer, {
    ...hyperparameters,
    train: takeImages(dataset.train, Number(values['train-size'])),
    validation,
    seed: SEED,
    onEpoch: ({ epoch, loss, val_acc }) =>
      console.log(`epoch ${epoch}  loss ${loss.toFixed(4)}  val_acc ${val_acc.toFixed(4)}`),
  })
  console.log(`test_acc ${(await evaluate(trainer, test)).acc.toFixed(4)}`)
  // Until now the trained weights were the engine's own.
  await trainer.writeBack()
  await trainer.dispose()
  return model
}
