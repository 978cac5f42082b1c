import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type CanonicalDataset, readCanonical } from '../src/canonical/canonical-dataset.js'
import { SPLIT_NAMES } from '../src/canonical/manifest.js'
import { importDataset } from '../src/import/import-dataset.js'
import type { ImportOptions } from '../src/import/import-options.js'
import { loadDataset } from '../src/load-dataset.js'
import { bytesOf, makeNpy, writeFiles, zipFiles } from './make-sources.js'
import { ScratchFolder } from './scratch-folder.js'

/** A folder with digits/digits.npz, mnist-10k/mnist-10k.zip and photo-patches/photo-patches.zip. */
const dataDir = process.env.IMAGE_SETS_DIR
const fashionMnistDir = process.env.FASHION_MNIST_DIR
const scratch = new ScratchFolder()

async function importAndOpen(source: string, options: ImportOptions = {}): Promise<CanonicalDataset> {
  const target = scratch.newPath()
  await importDataset(source, options, target)
  return readCanonical(target, { verifyDigest: true })
}

/** All of a data set as an npz with the names that Keras uses. */
async function writeNpz(dataset: CanonicalDataset): Promise<string> {
  const { height, width, channels } = dataset.manifest
  const files: Record<string, Buffer> = {}
  for (const split of SPLIT_NAMES) {
    const name = split === 'validation' ? 'val' : split
    const { images } = dataset.manifest.splits[split]
    const pixels = await dataset.readImages(split, 0, images)
    files[`x_${name}.npy`] = makeNpy('|u1', [images, height, width, channels], pixels)
    files[`y_${name}.npy`] = makeNpy('<u2', [images], bytesOf(await dataset.readLabels(split)))
  }
  const folder = await writeFiles(scratch.newPath(), { 'set.npz': zipFiles(files) })
  return join(folder, 'set.npz')
}

describe.skipIf(!dataDir || !existsSync(dataDir))('a real set (IMAGE_SETS_DIR names the folder)', () => {
  it.each([
    ['digits/digits.npz', 'digits', [1197, 240, 360], '8×8×1'],
    ['mnist-10k/mnist-10k.zip', 'pictures of digits', [6947, 1390, 1663], '28×28×1'],
    ['photo-patches/photo-patches.zip', 'photographs', [833, 167, 200], '32×32×3'],
  ])(
    '%s imports without a warning, and has the same digest when written as npz',
    async (path, _, sizes, shape) => {
      const dataset = await importAndOpen(join(dataDir ?? '', path))
      const { height, width, channels, splits, checks, digest, classNames } = dataset.manifest
      expect([height, width, channels].join('×')).toBe(shape)
      expect(SPLIT_NAMES.map((split) => splits[split].images)).toEqual(sizes)
      expect(checks.filter(({ severity }) => severity === 'warning')).toEqual([])
      const again = await importAndOpen(await writeNpz(dataset), { classNames })
      expect(again.manifest.digest).toBe(digest)
      await dataset.close()
      await again.close()
    },
  )
})

describe.skipIf(!fashionMnistDir)('Fashion-MNIST (FASHION_MNIST_DIR names its folder)', () => {
  it('brought as IDX files has the images, the labels and the split of the built-in one', async () => {
    const dataset = await importAndOpen(fashionMnistDir ?? '')
    const builtIn = await loadDataset('fashion-mnist', { dataDir: scratch.path, fashionMnistDir })
    for (const split of SPLIT_NAMES) {
      const { images, labels, size } = builtIn[split]
      expect(Buffer.compare(await dataset.readImages(split, 0, size), images)).toBe(0)
      expect([...(await dataset.readLabels(split))]).toEqual([...labels])
    }
    await dataset.close()
  })
})
