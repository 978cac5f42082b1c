import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { DATASET_FACTS, DATASET_NAMES } from '@sweepd/core'
import { beforeAll, describe, expect, it } from 'vitest'
import { OFFICIAL_ORIGIN } from '../src/fashion-mnist/official-files.js'
import { type ImageDataset, type ImageSet, loadDataset } from '../src/index.js'

const { FASHION_MNIST_DIR, CI } = process.env
const isInstalled = existsSync(OFFICIAL_ORIGIN.debianDir)
const isAtHand = FASHION_MNIST_DIR !== undefined || isInstalled
if (CI === 'true' && !isAtHand)
  throw new Error(
    'CI=true: set FASHION_MNIST_DIR, or install dataset-fashion-mnist; these tests are not skipped in CI',
  )

const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const countLabels = ({ labels }: ImageSet) => {
  const counts = new Array<number>(10).fill(0)
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1
  return counts
}

describe.skipIf(!isAtHand)('the real Fashion-MNIST (skipped where FASHION_MNIST_DIR is unset)', () => {
  let dataset: ImageDataset
  beforeAll(async () => {
    dataset = await loadDataset('fashion-mnist', { dataDir: '.sweepd', fashionMnistDir: FASHION_MNIST_DIR })
  })

  it('has the sizes that core announces', () => {
    const facts = DATASET_FACTS['fashion-mnist']
    expect(DATASET_NAMES).toContain(dataset.name)
    expect([dataset.height, dataset.width, dataset.channels]).toEqual([28, 28, 1])
    expect([facts.imageHeight, facts.imageWidth, facts.channels]).toEqual([28, 28, 1])
    expect(dataset.labels).toHaveLength(facts.classes)
    for (const part of ['train', 'validation', 'test'] as const) {
      expect(dataset[part].size).toBe(facts[`${part}Size`])
      expect(dataset[part].labels).toHaveLength(dataset[part].size)
      expect(dataset[part].images).toHaveLength(dataset[part].size * 784)
    }
  })

  it('holds out the very validation images of the seed notebook, in their order', () => {
    // From scikit-learn 1.9.1: train_test_split(X, y, train_size=5/6, random_state=2019) on the official files.
    expect([...dataset.validation.labels.subarray(0, 10)]).toEqual([2, 5, 8, 6, 6, 0, 2, 6, 8, 9])
    expect([...dataset.train.labels.subarray(0, 10)]).toEqual([8, 4, 4, 2, 1, 2, 1, 9, 1, 3])
    expect(hash(dataset.validation.labels)).toBe(
      'ae979d3925f79f21f388c47b2341a3751633a9e7b091b46998762e0ad284e5aa',
    )
    expect(hash(dataset.validation.images)).toBe(
      '30e9002b30e3eb32c093440bfb1c7253016cfdb7b44f4e9fdf9c7469603ce828',
    )
  })

  it('has the class counts of that split', () => {
    expect(countLabels(dataset.validation)).toEqual([997, 978, 1016, 985, 1009, 1019, 1003, 982, 1032, 979])
    expect(countLabels(dataset.train)).toEqual([5003, 5022, 4984, 5015, 4991, 4981, 4997, 5018, 4968, 5021])
    expect(countLabels(dataset.test)).toEqual(new Array(10).fill(1000))
  })
})
