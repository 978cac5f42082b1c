import { createHash } from 'node:crypto'
import { DATASET_FACTS } from '@sweepd/core'
import { beforeAll, describe, expect, it } from 'vitest'
import { type ImageDataset, type ImageSet, selectImages } from '../image-dataset.js'
import { createSynthetic } from './create-synthetic.js'

const few = { trainSize: 40, validationSize: 10, testSize: 15 }
const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

const countLabels = ({ labels }: ImageSet) => {
  const counts = new Array<number>(10).fill(0)
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1
  return counts
}

describe('createSynthetic', () => {
  let dataset: ImageDataset
  beforeAll(() => {
    dataset = createSynthetic()
  })

  it('has the sizes that core announces', () => {
    const facts = DATASET_FACTS.synthetic
    expect([dataset.height, dataset.width, dataset.channels]).toEqual([28, 28, 1])
    expect([facts.imageHeight, facts.imageWidth, facts.channels]).toEqual([28, 28, 1])
    expect(dataset.labels).toHaveLength(facts.classes)
    for (const part of ['train', 'validation', 'test'] as const) {
      const size = facts[`${part}Size`]
      expect(dataset[part].size).toBe(size)
      expect(dataset[part].labels).toHaveLength(size)
      expect(dataset[part].images).toHaveLength(size * 28 * 28)
    }
  })

  it('has every class equally often in every part', () => {
    expect(countLabels(dataset.train)).toEqual(new Array(10).fill(1200))
    expect(countLabels(dataset.validation)).toEqual(new Array(10).fill(200))
    expect(countLabels(dataset.test)).toEqual(new Array(10).fill(200))
  })

  it('draws the same images on every machine', () => {
    expect(hash(dataset.train.images)).toBe(
      'bb3779f0eff0c4eec7638d44dacb8b11d76124fe9a4d52bed755b9fbf8d7572b',
    )
    expect(hash(dataset.test.images)).toBe('976036be6c1d0b6ecf1291a17c5b82b33e7cb0c9b294135831b87d165f39ab34')
  })

  it('draws the same images for the same seed and others for another', () => {
    expect(createSynthetic({ ...few, seed: 7 })).toEqual(createSynthetic({ ...few, seed: 7 }))
    expect(createSynthetic({ ...few, seed: 8 }).train.images).not.toEqual(
      createSynthetic({ ...few, seed: 7 }).train.images,
    )
  })

  it('shares no image between its parts', () => {
    const images = [dataset.train, dataset.validation, dataset.test].flatMap((set) =>
      Array.from({ length: set.size }, (_, index) =>
        hash(set.images.subarray(index * 784, (index + 1) * 784)),
      ),
    )
    expect(new Set(images).size).toBe(16_000)
  })

  it('is neither trivial nor hopeless for the nearest class mean', () => {
    const accuracy = scoreNearestMean(dataset)
    expect(accuracy).toBeGreaterThan(0.45)
    expect(accuracy).toBeLessThan(0.6)
  })
})

/** Accuracy on 500 test images of the simplest classifier that there is: the class whose mean training image is nearest. */
function scoreNearestMean(dataset: ImageDataset): number {
  const { train } = dataset
  const test = selectImages(
    dataset.test,
    Uint32Array.from({ length: 500 }, (_, index) => index),
  )
  const counts = countLabels(train)
  const means = counts.map(() => new Float64Array(784))
  for (const [index, label] of train.labels.entries())
    for (let pixel = 0; pixel < 784; pixel++) {
      const mean = means[label] ?? new Float64Array()
      mean[pixel] = (mean[pixel] ?? 0) + (train.images[index * 784 + pixel] ?? 0) / (counts[label] ?? 1)
    }
  const distance = (index: number, mean: Float64Array) =>
    mean.reduce((sum, value, pixel) => sum + (value - (test.images[index * 784 + pixel] ?? 0)) ** 2, 0)
  const hits = test.labels.filter((label, index) => {
    const distances = means.map((mean) => distance(index, mean))
    return distances.indexOf(Math.min(...distances)) === label
  })
  return hits.length / test.size
}
