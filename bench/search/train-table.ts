// FASHION_MNIST_DIR=FOLDER npx tsx bench/search/train-table.ts FILE
// Trains every point of the table once, on the CPU engine and one thread, and appends a line of JSON for each to FILE:
// the point and its metrics after each epoch, or the epoch in which it diverged. A second run continues where the first
// one ended. `npm run bench:search -- --pack FILE` makes of it the table that the bench reads.
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { hashHyperparameters } from '@sweepd/core'
import { loadDataset } from '@sweepd/dataset'
import { buildCNN, DivergedError, fit, onnxEngine, prepareTensors, takeImages } from '@sweepd/model'
import { suggestPoints } from '@sweepd/search'
import { TABLE_DEFINITION, TABLE_IMAGES } from './table-space.js'

const [file] = process.argv.slice(2)
if (file === undefined)
  throw new Error('Name the file to append to: npx tsx bench/search/train-table.ts FILE')
const done = new Set(
  (existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [])
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line).hash as string),
)
await prepareTensors()
const fashionMnistDir = process.env['FASHION_MNIST_DIR']
const dataset = await loadDataset('fashion-mnist', { dataDir: '.sweepd', fashionMnistDir })
const train = takeImages(dataset.train, TABLE_IMAGES.train)
const validation = takeImages(dataset.validation, TABLE_IMAGES.validation)
for (const point of suggestPoints(TABLE_DEFINITION)) {
  const hash = hashHyperparameters(point)
  if (done.has(hash)) continue
  const { bn, lr, dropout, optimizer, batchSize } = point
  const val: [loss: number, acc: number][] = []
  const model = buildCNN([dataset.height, dataset.width, dataset.channels], 10, point, TABLE_DEFINITION.seed)
  const trainer = await onnxEngine.createTrainer(model, point)
  let diverged = false
  try {
    // biome-ignore lint/suspicious/noFocusedTests: this fit trains a network.
    await fit(trainer, {
      ...point,
      train,
      validation,
      seed: TABLE_DEFINITION.seed,
      onEpoch: ({ val_loss, val_acc }) => {
        val.push([val_loss, val_acc])
      },
    })
  } catch (error) {
    if (!(error instanceof DivergedError)) throw error
    diverged = true
  } finally {
    await trainer.dispose()
    model.dispose()
  }
  appendFileSync(
    file,
    `${JSON.stringify({ hash, point: { bn, lr, dropout, optimizer, batchSize }, val, diverged })}\n`,
  )
}
