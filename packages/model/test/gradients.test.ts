import type { LayersModel } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { type LabelledImages, onnxEngine, prepareTensors } from '../src/index.js'
import {
  buildDisturbed,
  type Case,
  drawImages,
  modelShape,
  referencePredictions,
  relativeError,
} from './reference.js'
import { expectSameStep, STEP_CASES } from './step-cases.js'

beforeAll(prepareTensors)

describe('a training step has the gradients of TensorFlow.js', () => {
  it.each([...STEP_CASES])('%s', (_, options) => expectSameStep(options))
})

describe('predictions', () => {
  for (const bn of [false, true])
    for (const dataFormat of ['channelsLast', 'channelsFirst'] as const)
      it(`are those of TensorFlow.js, batch normalisation ${bn}, ${dataFormat}`, async () => {
        const options: Case = {
          ...{ bn, dataFormat, zeroPadding: true, convLayers: [3, 4], inputShape: [12, 11, 3] },
        }
        const model = buildDisturbed(options)
        const set = drawImages({ ...options, batch: 7 })
        const actual = await predict(model, set)
        expect(relativeError(actual, referencePredictions(model, set, modelShape(options)))).toBeLessThan(
          1e-5,
        )
      })

  it('are the same for the same weights, channels last or first', async () => {
    const options = { bn: true, inputShape: [12, 11, 3], batch: 7 } as const
    const [last, first] = (['channelsLast', 'channelsFirst'] as const).map((dataFormat) => {
      const network = { ...options, dataFormat }
      return { model: buildDisturbed(network), set: drawImages(network) }
    })
    if (last === undefined || first === undefined) throw new Error('there are two formats')
    expect(first.set.images).not.toEqual(last.set.images)
    expect(await predict(first.model, first.set)).toEqual(await predict(last.model, last.set))
  })
})

async function predict(model: LayersModel, set: LabelledImages): Promise<Float32Array> {
  const trainer = await onnxEngine.createTrainer(model, { optimizer: 'adam', batchSize: 4 })
  const logProbabilities = await trainer.predict(set.images, set.size)
  await trainer.dispose()
  return logProbabilities.map(Math.exp)
}
