import { mkdir, readdir, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { crc32, deflateRawSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
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
  makePng,
  makeSet,
  makeTarGz,
  makeZip,
  shapeOf,
  writeFiles,
  zipFiles,
} from './make-sources.js'
import { ScratchFolder } from './scratch-folder.js'

const scratch = new ScratchFolder()

const set = makeSet()
const { train, test } = set
const arrays = makeArrays(set)

type Files = Record<string, Uint8Array | string>

/** Imports files, or one file by its name, and checks that a failure leaves nothing. */
async function importFiles(files: Files, options: ImportOptions = {}, only?: string) {
  const source = await writeFiles(scratch.newPath(), files)
  const target = scratch.newPath('target')
  try {
    return await importDataset(only ? join(source, only) : source, options, target)
  } catch (error) {
    expect(await readdir(dirname(target))).toEqual([])
    throw error
  }
}

const importFile = (name: string, bytes: Uint8Array, options: ImportOptions = {}) =>
  importFiles({ [name]: bytes }, options, name)

const codesOf = ({ checks }: { checks: readonly { code: string }[] }) => checks.map(({ code }) => code)

describe('an archive', () => {
  const picture = makePng(set, imageAt(train, 0))

  it.each(['../evil.png', '/etc/evil.png', 'a/../../evil.png', 'C:\\evil.png'])(
    'may not name %s',
    async (name) => {
      const data = await picture
      await expect(importFile('set.zip', makeZip([{ name, data }]))).rejects.toThrow(/evil\.png/)
      await expect(importFile('set.tar.gz', await makeTarGz([{ name, data }]))).rejects.toThrow(
        /evil\.png.*leads out/,
      )
    },
  )

  it.each(['symlink', 'link', 'character-device', 'block-device', 'fifo'] as const)(
    'may not hold a %s (tar)',
    async (type) => {
      const entries = [{ name: 'a/trick.png', type, linkname: '/etc/passwd', devmajor: 1, devminor: 3 }]
      await expect(importFile('set.tar.gz', await makeTarGz(entries))).rejects.toThrow(
        new RegExp(`a/trick.png is a ${type}`),
      )
    },
  )

  it('may not hold a link (zip)', async () => {
    const entry = { name: 'a/trick.png', data: Buffer.from('/etc/passwd'), mode: 0o120777 }
    await expect(importFile('set.zip', makeZip([entry]))).rejects.toThrow(/a\/trick.png is a link/)
  })

  it('may not unpack to more than the limit', async () => {
    const zeros = Buffer.alloc(1 << 24)
    const honest = { sizeBytes: zeros.length, crc: crc32(zeros) }
    const entry = { name: 'a/bomb.png', data: deflateRawSync(zeros), deflatedFrom: honest }
    await expect(importFile('set.zip', makeZip([entry]), { maxBytes: 1 << 20 })).rejects.toThrow(
      /more than the limit of 1048576 bytes, with a\/bomb.png/,
    )
    const wrong = makeZip(
      Object.entries(arrays).map(([name, data]) => ({
        name,
        data: deflateRawSync(data),
        deflatedFrom: { sizeBytes: data.length, crc: name.startsWith('x_train') ? 1 : crc32(data) },
      })),
    )
    await expect(importFile('set.npz', wrong)).rejects.toThrow(
      /x_train.npy: it is damaged: its checksum is wrong/,
    )
    const lying = { ...entry, deflatedFrom: { sizeBytes: 1000, crc: 0 } }
    await expect(importFile('set.zip', makeZip([lying]))).rejects.toThrow(/bomb.png: it is damaged/)
    const tar = await makeTarGz([{ name: 'a/bomb.png', data: zeros }])
    await expect(importFile('set.tgz', tar, { maxBytes: 1 << 20 })).rejects.toThrow(/more than the limit/)
    const idx = makeIdxFiles(set)['train-images-idx3-ubyte'] ?? Buffer.alloc(0)
    const long = gzipSync(Buffer.concat([idx, zeros]))
    await expect(
      importFiles({ ...makeIdxFiles(set), 'train-images-idx3-ubyte': '', 'x.gz': long }),
    ).rejects.toThrow()
  })

  it('may not be truncated, nor have a wrong checksum', async () => {
    const zip = zipFiles(await makePictures(set))
    await expect(importFile('set.zip', zip.subarray(0, zip.length / 2))).rejects.toThrow(/no zip archive/)
    const broken = Buffer.from(zip)
    broken[80] = (broken[80] ?? 0) ^ 0xff
    await expect(importFile('set.zip', broken)).rejects.toThrow(/\.png: it is damaged/)
    const tar = await makeTarGz(
      Object.entries(await makePictures(set)).map(([name, data]) => ({ name, data })),
    )
    await expect(importFile('set.tar.gz', tar.subarray(0, tar.length / 2))).rejects.toThrow(/no tar archive/)
  })

  it('may not have two entries of one name', async () => {
    const entry = { name: 'a/1.png', data: await picture }
    await expect(importFile('set.zip', makeZip([entry, entry]))).rejects.toThrow(/two entries named a\/1.png/)
  })
})

describe('a folder', () => {
  it('of texts is refused with their number', async () => {
    await expect(importFiles({ 'a/1.txt': 'x', 'b/2.txt': 'y' })).rejects.toThrow(
      /no images, only 2 other files such as a\/1.txt/,
    )
    await expect(importFiles({ 'a/.hidden': 'x', 'Thumbs.db': 'y' })).rejects.toThrow(/it has no files/)
  })

  it('may hold what systems leave behind, and other files, which are told', async () => {
    const pictures = await makePictures(set)
    const plain = await importFiles(pictures)
    const littered = await importFiles({
      ...pictures,
      '__MACOSX/train/0/1.png': 'x',
      'train/0/.DS_Store': 'x',
      'Thumbs.db': 'x',
      'README.txt': 'x',
    })
    expect(littered.digest).toBe(plain.digest)
    expect(littered.checks).toContainEqual(expect.objectContaining({ code: 'ignored-files', count: 1 }))
  })

  it('is refused with the path of the first picture that is truncated, of another size, or without a class', async () => {
    const pictures = await makePictures(set)
    const whole = pictures['train/0/0.png'] ?? Buffer.alloc(0)
    await expect(importFiles({ ...pictures, 'train/0/99.png': whole.subarray(0, 60) })).rejects.toThrow(
      /train\/0\/99.png: it is/,
    )
    const other = await makePng({ height: 9, width: 9, channels: 1 }, new Uint8Array(81))
    await expect(importFiles({ ...pictures, 'train/0/99.png': other })).rejects.toThrow(
      /9×9 pixels.*--resize HxW/,
    )
    await expect(importFiles({ ...pictures, 'train/99.png': whole })).rejects.toThrow(
      /train\/99.png: this picture lies in no folder/,
    )
    await expect(importFiles({ ...pictures, 'extra/0/99.png': whole })).rejects.toThrow(
      /extra\/0\/99.png: other pictures lie in train/,
    )
  })

  it('is told if it has a folder without pictures', async () => {
    const source = await writeFiles(scratch.newPath(), await makePictures(set))
    await mkdir(join(source, 'train', 'forgotten'))
    const { checks } = await importDataset(source, {}, scratch.newPath())
    expect(checks).toContainEqual(
      expect.objectContaining({ code: 'empty-folders', severity: 'warning', count: 1 }),
    )
  })

  it('has its own class names', async () => {
    await expect(importFiles(await makePictures(set), { classNames: ['a', 'b', 'c'] })).rejects.toThrow(
      /names already \(0, 1, 2\)/,
    )
  })

  it('takes unequal sizes with resize', async () => {
    const other = await makePng({ height: 9, width: 9, channels: 1 }, new Uint8Array(81).fill(9))
    const files = { ...(await makePictures(set)), 'train/0/99.png': other }
    const manifest = await importFiles(files, { resize: { height: 12, width: 10, mode: 'pad' } })
    expect(manifest).toMatchObject({ height: 12, width: 10 })
    expect(codesOf(manifest)).toContain('resized')
  })

  it('may not link to folders', async () => {
    const source = await writeFiles(scratch.newPath(), await makePictures(set))
    await symlink(scratch.path, join(source, 'train', 'loop'))
    await expect(importDataset(source, {}, scratch.newPath())).rejects.toThrow(
      /train\/loop: it is a link to a folder/,
    )
  })
})

describe('an array', () => {
  const floats = (change: (values: Float32Array) => void) => {
    const values = Float32Array.from(train.images, (value) => value / 255)
    change(values)
    const x = makeNpy('<f4', shapeOf(set, train), bytesOf(values))
    const xTest = makeNpy(
      '<f4',
      shapeOf(set, test),
      bytesOf(Float32Array.from(test.images, (value) => value / 255)),
    )
    return zipFiles({ ...arrays, 'x_train.npy': x, 'x_test.npy': xTest })
  }

  it('is refused with the place of a missing, negative or too large value', async () => {
    await expect(
      importFile(
        'set.npz',
        floats((values) => values.fill(Number.NaN, 75, 76)),
      ),
    ).rejects.toThrow(/x_train.npy: entry 1 has a missing value \(NaN\) at position 3/)
    await expect(
      importFile(
        'set.npz',
        floats((values) => values.fill(-1, 0, 1)),
      ),
    ).rejects.toThrow(/entry 0 has the value -1/)
    await expect(
      importFile(
        'set.npz',
        floats((values) => values.fill(3000, 0, 1)),
      ),
    ).rejects.toThrow(/it has the value 3000/)
    const halfScaled = floats((values) => values.set(values.map((value) => value * 255)))
    await expect(importFile('set.npz', halfScaled)).rejects.toThrow(
      /x_test.npy: its values end at 1.*Scale both/,
    )
  })

  it('is refused if its header announces more than the file holds, without taking that memory', async () => {
    const before = process.memoryUsage().rss
    const header = makeNpy('|u1', [2_000_000, 32, 32], new Uint8Array(900))
    await expect(importFile('set.npz', zipFiles({ ...arrays, 'x_train.npy': header }))).rejects.toThrow(
      /it holds 1028 bytes, not the 2048000128/,
    )
    const idx = makeIdxFiles(set)
    const images = Buffer.from(idx['train-images-idx3-ubyte'] ?? '')
    images.writeUInt32BE(2_000_000, 4)
    const long = Buffer.from(idx['train-labels-idx1-ubyte'] ?? '')
    long.writeUInt32BE(2_000_000, 4)
    const gzipped = {
      'train-images-idx3-ubyte.gz': gzipSync(images),
      'train-labels-idx1-ubyte.gz': gzipSync(long),
    }
    await expect(importFiles(gzipped)).rejects.toThrow(/truncated/)
    expect(process.memoryUsage().rss - before).toBeLessThan(200e6)
  })

  it.each([
    ['column by column', makeNpy('|u1', shapeOf(set, train), train.images, true), /ascontiguousarray/],
    [
      'with five channels',
      makeNpy('|u1', [24, 9, 8, 5], new Uint8Array(24 * 360)),
      /its shape is \[24, 9, 8, 5\]/,
    ],
    ['of texts', makeNpy('<U9', [24], new Uint8Array(24 * 36)), /values of the type <U9/],
    ['of rows', makeNpy('|u1', [24, 72], train.images), /rows of 72 numbers.*--shape/],
    ['without images', makeNpy('|u1', [0, 9, 8], new Uint8Array(0)), /no images/],
    ['that is none', Buffer.from('hello, this is text'), /no \.npy file/],
  ])('%s is refused', async (_, x, message) => {
    await expect(importFile('set.npz', zipFiles({ ...arrays, 'x_train.npy': x }))).rejects.toThrow(message)
  })

  it('is refused with the first label that is none', async () => {
    const withLabels = (descr: string, shape: number[], values: NodeJS.TypedArray) =>
      importFile('set.npz', zipFiles({ ...arrays, 'y_train.npy': makeNpy(descr, shape, bytesOf(values)) }))
    await expect(withLabels('<i4', [24], Int32Array.from(train.labels).fill(-1, 5, 6))).rejects.toThrow(
      /y_train.npy: label 5 is -1/,
    )
    await expect(withLabels('<f4', [24], Float32Array.from(train.labels).fill(0.5, 3, 4))).rejects.toThrow(
      /label 3 is 0.5/,
    )
    await expect(withLabels('<i4', [23], new Int32Array(23))).rejects.toThrow(/23 labels for 24 images/)
    await expect(withLabels('|u1', [24, 3], new Uint8Array(72).fill(1))).rejects.toThrow(
      /row 0 is not one-hot/,
    )
    await expect(withLabels('<i4', [24], Int32Array.from(train.labels).fill(5000, 0, 1))).rejects.toThrow(
      /5,001 classes .*at most 1000/,
    )
  })

  it('is refused without its labels, or under an unknown name', async () => {
    const { 'y_train.npy': _, ...others } = arrays
    await expect(importFile('set.npz', zipFiles(others))).rejects.toThrow(
      /x_train.npy: there are no labels to it/,
    )
    await expect(
      importFile('set.npz', zipFiles({ 'foo.npy': arrays['x_train.npy'] ?? Buffer.alloc(0) })),
    ).rejects.toThrow(/\(foo.npy\) has a name that is known/)
  })
})

describe('CSV', () => {
  const csv = makeCsvFiles(set)
  const text = csv['set_train.csv'] ?? ''

  it('needs a shape, and suggests one', async () => {
    await expect(
      importFiles({ 'a.csv': makeCsvFiles(makeSet({ height: 8, width: 8 }))['set_train.csv'] ?? '' }),
    ).rejects.toThrow(/--shape 8x8/)
    await expect(importFiles(csv, { shape: [9, 9] })).rejects.toThrow(/73 values, not a label and 81 pixels/)
  })

  it('is refused with the line of a value that is missing or no pixel', async () => {
    const lines = text.trimEnd().split('\n')
    const withLine = (line: string) =>
      importFiles({ 'a.csv': [...lines.slice(0, 4), line, ...lines.slice(5)].join('\n') }, { shape: [9, 8] })
    const cells = (lines[4] ?? '').split(',')
    await expect(withLine(cells.with(3, '').join(','))).rejects.toThrow(/a.csv, line 5: pixel 3 is missing/)
    await expect(withLine(cells.with(1, '256').join(','))).rejects.toThrow(/line 5: pixel 1 is "256"/)
    await expect(withLine(cells.slice(1).join(','))).rejects.toThrow(/line 5: it has 72 values, not 73/)
    await expect(withLine(cells.with(0, ' ').join(','))).rejects.toThrow(/the label of a.csv\[3\] is missing/)
  })
})

describe('the checks', () => {
  const withTrain = (
    images: Uint8Array,
    labels: readonly number[],
    options: ImportOptions = {},
    tests = test,
  ) =>
    importFile(
      'set.npz',
      zipFiles({
        'x_train.npy': makeNpy('|u1', [labels.length, 9, 8], images),
        'y_train.npy': makeNpy('|u1', [labels.length], Uint8Array.from(labels)),
        'x_test.npy': makeNpy('|u1', [tests.labels.length, 9, 8], tests.images),
        'y_test.npy': makeNpy('|u1', [tests.labels.length], Uint8Array.from(tests.labels)),
      }),
      options,
    )

  it('say nothing but the draw of a set without faults', async () => {
    expect(codesOf(await withTrain(train.images, train.labels, { strict: true }))).toEqual([
      'validation-drawn',
    ])
  })

  it('count labels from 1, and keep their numbers as names', async () => {
    const up = (labels: readonly number[]) => labels.map((label) => label + 1)
    const manifest = await withTrain(train.images, up(train.labels), {}, { ...test, labels: up(test.labels) })
    expect(manifest.classNames).toEqual(['1', '2', '3'])
    expect(codesOf(manifest)).toContain('labels-from-one')
    const shifted = await withTrain(train.images, train.labels, { classNames: ['1', '2', '3'] })
    expect(manifest.digest).toBe(shifted.digest)
  })

  it('tell a class without test images, which strict refuses', async () => {
    const tests = { images: test.images.subarray(0, 2 * 72), labels: [0, 1] }
    const manifest = await withTrain(train.images, train.labels, {}, tests)
    expect(manifest.checks).toContainEqual({
      code: 'test-class-missing',
      severity: 'warning',
      count: 1,
      detail: '1 class has no test images: "2".',
    })
    await expect(withTrain(train.images, train.labels, { strict: true }, tests)).rejects.toThrow(
      /strict refuses it\. 1 class has no test images/,
    )
  })

  it('count images that occur twice, in one split or in two, and under two labels', async () => {
    const images = Uint8Array.from(train.images)
    images.set(imageAt(test, 3), 0)
    images.set(imageAt(test, 3), 2 * 72)
    const labels = train.labels.with(0, test.labels[3] ?? 0).with(2, ((test.labels[3] ?? 0) + 1) % 3)
    const { checks } = await withTrain(images, labels)
    expect(checks).toContainEqual(
      expect.objectContaining({ code: 'train-duplicates', severity: 'note', count: 1 }),
    )
    expect(checks).toContainEqual(
      expect.objectContaining({
        code: 'leakage-train-test',
        severity: 'warning',
        count: 1,
        detail: expect.stringMatching(/such as x_test\[3\] and x_train\[[02]\]/),
      }),
    )
    expect(checks.some(({ code }) => code === 'conflicting-labels')).toBe(true)
    await expect(withTrain(images, labels, { strict: true })).rejects.toThrow(/1 test image is also in train/)
  })

  it('tell constant images, imbalance, and images that are nearly black', async () => {
    const dark = train.images.map((value, index) => (index < 72 ? 3 : value % 17))
    const darkTest = { ...test, images: test.images.map((value) => value % 17) }
    const labels = train.labels.map((_, index) => (index < 18 ? 0 : index < 21 ? 1 : 2))
    const { checks } = await withTrain(dark, labels, { split: { stratify: true } }, darkTest)
    expect(checks).toContainEqual(
      expect.objectContaining({
        code: 'constant-images',
        count: 1,
        detail: expect.stringMatching(/x_train\[0\]/),
      }),
    )
    expect(checks).toContainEqual(expect.objectContaining({ code: 'dark' }))
    expect(checks).toContainEqual(
      expect.objectContaining({ code: 'imbalance', detail: expect.stringMatching(/"0", has \d+\.\d times/) }),
    )
  })

  it('refuse a set of one class, and one that is too small to split', async () => {
    await expect(
      withTrain(
        train.images,
        train.labels.map(() => 0),
        {},
        { ...test, labels: test.labels.map(() => 0) },
      ),
    ).rejects.toThrow(/all its images are of one class/)
    await expect(
      importFiles({
        'x.npy': makeNpy('|u1', [2, 9, 8], new Uint8Array(144)),
        'y.npy': makeNpy('|u1', [2], Uint8Array.of(0, 1)),
      }),
    ).rejects.toThrow(/too few/)
  })

  it('name the folder that cannot be written', async () => {
    const source = await writeFiles(scratch.newPath(), { ...arrays, file: 'x' })
    await expect(importDataset(source, {}, join(source, 'file', 'target'))).rejects.toMatchObject({
      code: 'dataset-unwritable',
      message: expect.stringMatching(/file cannot be written/),
    })
  })

  it('leave nothing behind when an import is aborted', async () => {
    const source = await writeFiles(scratch.newPath(), arrays)
    const target = scratch.newPath('target')
    const aborter = new AbortController()
    const onProgress = () => aborter.abort(new Error('stopped'))
    await expect(importDataset(source, {}, target, { signal: aborter.signal, onProgress })).rejects.toThrow(
      'stopped',
    )
    expect(await readdir(dirname(target))).toEqual([])
  })
})
