import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadFashionMnist } from '../src/fashion-mnist/load-fashion-mnist.js'
import { createOrigin, createSmallFashionMnist, writeSmallFashionMnist } from './small-fashion-mnist.js'

const small = createSmallFashionMnist()
const origin = createOrigin(small)
const TRAIN_IMAGES = 'train-images-idx3-ubyte.gz'
const zipped = small.contents.get(TRAIN_IMAGES) ?? new Uint8Array()
const unzipped = small.contents.get('train-images-idx3-ubyte') ?? new Uint8Array()

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sweepd-find-'))
})
afterEach(() => rm(root, { recursive: true }))

const inRoot = () => ({ dataDir: join(root, 'data'), fashionMnistDir: join(root, 'images') })

describe('Fashion-MNIST from a folder', () => {
  it.each(['zipped', 'unzipped'] as const)(
    'is loaded and split from %s files in FASHION_MNIST_DIR',
    async (form) => {
      await writeSmallFashionMnist(small, join(root, 'images'), form)
      const dataset = await loadFashionMnist(inRoot(), {}, origin)
      expect([dataset.train.size, dataset.validation.size, dataset.test.size]).toEqual([50, 10, 10])
      const numbers = [dataset.train, dataset.validation].flatMap(({ images, labels }) =>
        Array.from(labels, (label, index) => {
          const number = (images[index * 784] ?? 0) - 1
          expect(label).toBe(number % 10)
          return number
        }),
      )
      expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, index) => index))
    },
  )

  it('is loaded from unzipped files that kept the name of the zipped ones', async () => {
    await writeSmallFashionMnist(small, join(root, 'images'))
    await writeFile(join(root, 'images', TRAIN_IMAGES), unzipped)
    const dataset = await loadFashionMnist(inRoot(), {}, origin)
    expect(dataset.train.size).toBe(50)
  })

  it('is loaded from files that were zipped again, as those of the Debian package', async () => {
    const debianDir = join(root, 'debian')
    await writeSmallFashionMnist(small, debianDir)
    await writeFile(join(debianDir, TRAIN_IMAGES), gzipSync(unzipped, { level: 1 }))
    const messages: string[] = []
    const dataset = await loadFashionMnist(
      { dataDir: join(root, 'data') },
      { onProgress: (message) => messages.push(message) },
      createOrigin(small, { debianDir }),
    )
    expect(dataset.train.size).toBe(50)
    expect(messages).toEqual([`reading Fashion-MNIST from ${debianDir}`])
  })

  it('is taken from the data folder before the Debian package', async () => {
    const debianDir = join(root, 'debian')
    await writeSmallFashionMnist(small, debianDir)
    await writeFile(join(debianDir, TRAIN_IMAGES), 'not this')
    await writeSmallFashionMnist(small, join(root, 'data', 'fashion-mnist'))
    const location = { dataDir: join(root, 'data') }
    const dataset = await loadFashionMnist(location, {}, createOrigin(small, { debianDir }))
    expect(dataset.test.size).toBe(10)
  })

  it('is looked for nowhere else where FASHION_MNIST_DIR is set', async () => {
    await writeSmallFashionMnist(small, join(root, 'data', 'fashion-mnist'))
    await expect(loadFashionMnist(inRoot(), {}, origin)).rejects.toMatchObject({
      code: 'dataset-missing',
      file: join(root, 'images', TRAIN_IMAGES),
      message: expect.stringMatching(
        /FASHION_MNIST_DIR is .*images, .* and 3 more .*unset FASHION_MNIST_DIR/,
      ),
    })
  })

  it('names the one file that is missing', async () => {
    await writeSmallFashionMnist(small, join(root, 'images'))
    const file = join(root, 'images', 't10k-labels-idx1-ubyte.gz')
    await rename(file, `${file}.old`)
    await expect(loadFashionMnist(inRoot(), {}, origin)).rejects.toMatchObject({
      code: 'dataset-missing',
      file,
    })
  })

  const corrupt = (offset: number) => {
    const bytes = Uint8Array.from(zipped)
    bytes[offset] = (bytes[offset] ?? 0) ^ 0xff
    return bytes
  }
  const otherPixel = Uint8Array.from(unzipped)
  otherPixel[20] = 99
  const blank = Uint8Array.from(unzipped).fill(0, 16, 16 + 784)

  it.each<[string, Uint8Array | string, RegExp]>([
    ['is empty', '', /it is empty/],
    ['is a web page', '<!DOCTYPE html>\n<title>Sign in</title>', /HTML \(“<!DOCTYPE html>/],
    ['is a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1', /holds text \(“version https/],
    [
      'is truncated while zipped',
      zipped.subarray(0, zipped.length >> 1),
      /it is truncated: gzip ends too early/,
    ],
    [
      'is truncated while unzipped',
      unzipped.subarray(0, 5000),
      /it is truncated: it holds 5000 of 47056 bytes/,
    ],
    ['is damaged in its last bytes', corrupt(zipped.length - 6), /gzip reports "incorrect data check"/],
    [
      'is another file',
      small.contents.get('train-labels-idx1-ubyte') ?? '',
      /its size is \[60\], not \[60, 28, 28\]/,
    ],
    ['is much larger', gzipSync(new Uint8Array(1e6)), /it unzips to more than 47056 bytes/],
    ['is no idx data', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0xff), /magic number is 89 50 4e 47/],
    ['lacks an image', gzipSync(blank), /image 0 is missing: all its pixels are 0/],
    ['differs in one pixel', gzipSync(otherPixel), /SHA-256 of its unzipped bytes is [0-9a-f]{64}, not/],
  ])('names a file that %s, and the remedy', async (_, content, reason) => {
    await writeSmallFashionMnist(small, join(root, 'images'))
    const file = join(root, 'images', TRAIN_IMAGES)
    await writeFile(file, content)
    const loading = loadFashionMnist(inRoot(), {}, origin)
    await expect(loading).rejects.toMatchObject({ name: 'DatasetError', code: 'dataset-corrupt', file })
    await expect(loading).rejects.toThrow(reason)
    await expect(loading).rejects.toThrow(/train-images.*Put the official file there.*"synthetic"/)
  })

  it('tells to delete a damaged file of the data folder', async () => {
    const dir = join(root, 'data', 'fashion-mnist')
    await writeSmallFashionMnist(small, dir)
    await writeFile(join(dir, TRAIN_IMAGES), zipped.subarray(0, 100))
    const loading = loadFashionMnist({ dataDir: join(root, 'data') }, {}, origin)
    await expect(loading).rejects.toThrow(/train-images.*Delete the file to have it downloaded again/)
  })

  it('names a file that cannot be read', async () => {
    await writeSmallFashionMnist(small, join(root, 'images'))
    const file = join(root, 'images', TRAIN_IMAGES)
    await rm(file)
    await mkdir(file)
    await expect(loadFashionMnist(inRoot(), {}, origin)).rejects.toMatchObject({
      code: 'dataset-unreadable',
      file,
      message: expect.stringContaining('Let the user who runs sweepd read it'),
    })
  })

  it('is not read once the signal is aborted', async () => {
    await writeSmallFashionMnist(small, join(root, 'images'))
    const reason = new Error('shutting down')
    const loading = loadFashionMnist(inRoot(), { signal: AbortSignal.abort(reason) }, origin)
    await expect(loading).rejects.toBe(reason)
  })
})
