import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { readCanonical } from '../src/canonical/canonical-dataset.js'
import { importDataset } from '../src/import/import-dataset.js'
import type { ImportOptions } from '../src/import/import-options.js'
import {
  bytesOf,
  imageAt,
  makeArrays,
  makeCsvFiles,
  makeIdxFiles,
  makeNpy,
  makePictures,
  makeSet,
  makeTarGz,
  type Part,
  type SmallSet,
  shapeOf,
  writeFiles,
  zipFiles,
} from './make-sources.js'
import { ScratchFolder } from './scratch-folder.js'

const scratch = new ScratchFolder()

const newPath = (name: string) => scratch.newPath(name)

/** Writes files into a folder of their own, imports it and returns the manifest. */
async function importFiles(files: Record<string, Uint8Array | string>, options: ImportOptions = {}) {
  return importDataset(await writeFiles(newPath('source'), files), options, newPath('target'))
}

async function importFile(name: string, bytes: Uint8Array, options: ImportOptions = {}) {
  const path = newPath(name)
  await writeFiles(join(path, '..'), { [name]: bytes })
  return importDataset(path, options, newPath('target'))
}

const grey = makeSet()
const colour = makeSet({ height: 8, width: 11, channels: 3 })
/** Of the npz, which all others must equal. */
const digests = { grey: '', colour: '' }

beforeAll(async () => {
  digests.grey = (await importFile('set.npz', zipFiles(makeArrays(grey)))).digest
  digests.colour = (await importFile('set.npz', zipFiles(makeArrays(colour)))).digest
})

describe('the same images', () => {
  it('have the same digest as idx files, gzipped or not, in a folder or in an archive', async () => {
    const files = makeIdxFiles(grey)
    const zipped = Object.fromEntries(
      Object.entries(files).map(([name, bytes]) => [`${name}.gz`, gzipSync(bytes)]),
    )
    expect((await importFiles(files)).digest).toBe(digests.grey)
    expect((await importFiles(zipped)).digest).toBe(digests.grey)
    expect((await importFile('idx.zip', zipFiles(zipped))).digest).toBe(digests.grey)
  })

  it('have the same digest as .npy files in a folder', async () => {
    expect((await importFiles(makeArrays(grey))).digest).toBe(digests.grey)
  })

  it.each(['grey', 'colour'] as const)(
    'have the same digest as pictures in a folder, a zip and a tar.gz (%s)',
    async (kind) => {
      const files = await makePictures(kind === 'grey' ? grey : colour)
      const entries = Object.entries(files).map(([name, data]) => ({ name: `./photos/${name}`, data }))
      expect((await importFiles(files)).digest).toBe(digests[kind])
      expect((await importFile('set.zip', zipFiles(files))).digest).toBe(digests[kind])
      expect((await importFile('upload', await makeTarGz(entries.reverse()))).digest).toBe(digests[kind])
    },
  )

  it('have the same digest as CSV with a shape', async () => {
    expect((await importFiles(makeCsvFiles(grey), { shape: [9, 8] })).digest).toBe(digests.grey)
    expect((await importFiles(makeCsvFiles(colour), { shape: [8, 11, 3] })).digest).toBe(digests.colour)
  })

  it.each([
    ['float32 from 0 to 1', '<f4', (images: Uint8Array) => Float32Array.from(images, (value) => value / 255)],
    ['float64 from 0 to 255', '<f8', (images: Uint8Array) => Float64Array.from(images)],
    ['int64', '<i8', (images: Uint8Array) => BigInt64Array.from(images, BigInt)],
    ['16 bits', '<u2', (images: Uint8Array) => Uint16Array.from(images, (value) => value * 257)],
    [
      'big-endian float32',
      '>f4',
      (images: Uint8Array) => Buffer.from(Float32Array.from(images, (value) => value / 255).buffer).swap32(),
    ],
  ])('have the same digest as %s', async (_, descr, convert) => {
    const make = (part: Part) => makeNpy(descr, shapeOf(grey, part), bytesOf(convert(part.images)))
    const arrays = { ...makeArrays(grey), 'x_train.npy': make(grey.train), 'x_test.npy': make(grey.test) }
    expect((await importFile('set.npz', zipFiles(arrays))).digest).toBe(digests.grey)
  })

  it('have the same digest with channels first and one-hot labels', async () => {
    const make = (part: Part) =>
      makeNpy('|u1', [part.labels.length, 3, colour.height, colour.width], toChannelsFirst(colour, part))
    const oneHot = ({ labels }: Part) =>
      makeNpy(
        '<f4',
        [labels.length, 3],
        bytesOf(
          Float32Array.from(labels.flatMap((label) => [0, 1, 2].map((each) => (each === label ? 1 : 0)))),
        ),
      )
    const { train, test } = colour
    const arrays = {
      'x_train.npy': make(train),
      'y_train.npy': oneHot(train),
      'x_test.npy': make(test),
      'y_test.npy': oneHot(test),
    }
    expect((await importFile('set.npz', zipFiles(arrays))).digest).toBe(digests.colour)
  })

  it('have the same digest as arrays of megabytes in a folder, an npz and a tar.gz', async () => {
    const arrays = makeArrays(makeSet({ height: 200, width: 150, channels: 3 }))
    const entries = Object.entries(arrays).map(([name, data]) => ({ name, data }))
    const { digest } = await importFiles(arrays)
    expect((await importFile('set.npz', zipFiles(arrays))).digest).toBe(digest)
    expect((await importFile('set.tar.gz', await makeTarGz(entries))).digest).toBe(digest)
  })

  it('have another digest under other class names', async () => {
    const named = await importFiles(makeIdxFiles(grey), { classNames: ['a', 'b', 'c'] })
    expect(named.classNames).toEqual(['a', 'b', 'c'])
    expect(named.digest).not.toBe(digests.grey)
  })
})

function toChannelsFirst({ height, width, channels }: SmallSet, { images }: Part): Uint8Array {
  const plane = height * width
  return images.map((_, index) => {
    const image = Math.floor(index / (plane * channels))
    const channel = Math.floor(index / plane) % channels
    return images[(image * plane + (index % plane)) * channels + channel] ?? 0
  })
}

describe('importDataset', () => {
  it('keeps the order of given splits and draws the missing one from the training images', async () => {
    const target = newPath('target')
    await importDataset(await writeFiles(newPath('source'), makeArrays(grey)), {}, target)
    const dataset = await readCanonical(target, { verifyDigest: true })
    expect(dataset.manifest.splits).toMatchObject({
      train: { images: 20 },
      validation: { images: 4 },
      test: { images: 9 },
    })
    expect([...(await dataset.readLabels('test'))]).toEqual(grey.test.labels)
    expect(Uint8Array.from(await dataset.readImages('test', 0, 9))).toEqual(grey.test.images)
    await dataset.close()
  })

  it('takes two arrays, and draws test and validation from them', async () => {
    const { 'x_train.npy': x = '', 'y_train.npy': y = '' } = makeArrays(grey)
    const { splits, checks } = await importFiles({ 'x.npy': x, 'y.npy': y })
    expect(splits).toMatchObject({ train: { images: 16 }, validation: { images: 4 }, test: { images: 4 } })
    expect(checks.map(({ code }) => code)).toEqual(expect.arrayContaining(['test-drawn', 'validation-drawn']))
  })

  it('reads CIFAR-10 in its binary version', async () => {
    const record = (label: number, red: number) =>
      Buffer.concat([Buffer.of(label), Buffer.alloc(1024, red), Buffer.alloc(1024, 2), Buffer.alloc(1024, 3)])
    const batch = Buffer.concat(Array.from({ length: 12 }, (_, index) => record(index % 2, 100 + index)))
    const files = {
      'data_batch_1.bin': batch,
      'test_batch.bin': record(1, 50),
      'batches.meta.txt': 'airplane\nautomobile\n\n',
    }
    const target = newPath('target')
    const { classNames } = await importDataset(await writeFiles(newPath('source'), files), {}, target)
    expect(classNames).toEqual(['airplane', 'automobile'])
    const dataset = await readCanonical(target)
    expect([...(await dataset.readImages('test', 0, 1)).subarray(0, 6)]).toEqual([50, 2, 3, 50, 2, 3])
    await dataset.close()
  })

  it('alternates between classes if files are numbered within their class', async () => {
    const set = makeSet({ classes: 2 })
    const files: Record<string, Buffer> = {}
    const pictures = Object.values(await makePictures(set))
    for (const [index, bytes] of pictures.slice(0, 20).entries())
      files[`${index < 10 ? 'cat' : 'dog'}/${index < 10 ? 'cat' : 'dog'}.${index % 10}.png`] = bytes
    const withSplits = Object.fromEntries(
      Object.entries(files).flatMap(([name, bytes]) =>
        ['train', 'val', 'test'].map((split) => [`${split}/${name}`, bytes]),
      ),
    )
    const target = newPath('target')
    const { classNames } = await importDataset(await writeFiles(newPath('source'), withSplits), {}, target)
    expect(classNames).toEqual(['cat', 'dog'])
    const dataset = await readCanonical(target)
    expect([...(await dataset.readLabels('train', 0, 6))]).toEqual([0, 1, 0, 1, 0, 1])
    await dataset.close()
  })

  it('tells how far it is', async () => {
    const steps = new Set<string>()
    const source = await writeFiles(newPath('source'), makeArrays(grey))
    await importDataset(source, {}, newPath('target'), {
      onProgress: ({ step, done, total }) => steps.add(`${step} ${done} ${total}`),
    })
    expect(steps).toContain('reading 33 33')
    expect(steps).toContain('writing 33 33')
  })

  it('takes names from CSV', async () => {
    const rows = grey.train.labels.map((label, index) =>
      [...imageAt(grey.train, index), ['x', 'z', 'y'][label]].join(','),
    )
    const { classNames } = await importFiles({ 'letters.csv': rows.join('\r\n') }, { shape: [9, 8] }).catch(
      (error) => error,
    )
    expect(classNames).toBeUndefined()
    const swapped = grey.train.labels.map((label, index) =>
      [['x', 'z', 'y'][label], ...imageAt(grey.train, index)].join(','),
    )
    expect(
      (await importFiles({ 'letters.csv': swapped.join('\r\n') }, { shape: [9, 8] })).classNames,
    ).toEqual(['x', 'y', 'z'])
  })
})
