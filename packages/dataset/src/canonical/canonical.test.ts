import { createHash } from 'node:crypto'
import { appendFile, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCanonical } from './canonical-dataset.js'
import { CanonicalWriter } from './canonical-writer.js'
import { type CanonicalShape, layoutOf } from './manifest.js'

const SHAPE: CanonicalShape = {
  height: 8,
  width: 9,
  channels: 2,
  classNames: ['a', 'b', 'c'],
  sizes: { train: 5, validation: 2, test: 3 },
}
const LABELS = { train: [0, 1, 2, 1, 1], validation: [2, 0], test: [0, 1, 2] } as const
const IMAGE_BYTES = 8 * 9 * 2
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'canonical-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** All bytes of data.bin; even bytes (channel 0) count up, odd ones (channel 1) are 51. */
function createBytes(): Uint8Array {
  const parts = (['train', 'validation', 'test'] as const).flatMap((split, number) => [
    Uint8Array.from({ length: SHAPE.sizes[split] * IMAGE_BYTES }, (_, index) =>
      index % 2 === 1 ? 51 : (index / 2 + number) % 256,
    ),
    new Uint8Array(Uint16Array.from(LABELS[split]).buffer),
  ])
  return Buffer.concat(parts)
}

async function write(target: string, pieceBytes = 100) {
  const writer = await CanonicalWriter.create(target, SHAPE)
  const bytes = createBytes()
  for (let start = 0; start < bytes.length; start += pieceBytes)
    await writer.append(bytes.subarray(start, start + pieceBytes))
  return writer.finish([])
}

describe('a canonical data set', () => {
  it('reads back the images and labels that were written, in pieces', async () => {
    await write(join(folder, 'set'))
    const dataset = await readCanonical(join(folder, 'set'), { verifyDigest: true })
    const bytes = createBytes()
    const { test } = layoutOf(SHAPE)
    expect(Buffer.from(await dataset.readImages('test', 1, 2))).toEqual(
      bytes.subarray(test.imagesOffset + IMAGE_BYTES, test.imagesOffset + 3 * IMAGE_BYTES),
    )
    expect([...(await dataset.readLabels('train'))]).toEqual(LABELS.train)
    expect([...(await dataset.readLabels('validation', 1, 1))]).toEqual([0])
    await expect(async () => dataset.readImages('test', 2, 2)).rejects.toThrow(RangeError)
    await dataset.close()
  })

  it('has the same manifest whatever the size of the pieces', async () => {
    const manifests = [await write(join(folder, 'ones'), 1), await write(join(folder, 'whole'), 1e6)]
    expect(manifests[0]).toEqual(manifests[1])
    expect(manifests[0]?.splits.train.perClass).toEqual([1, 3, 1])
    expect(manifests[0]?.mean[1]).toBeCloseTo(0.2, 12)
    expect(manifests[0]?.deviation[1]).toBeCloseTo(0, 7)
  })

  it('has the mean and the deviation of its training pixels', async () => {
    const { mean, deviation } = await write(join(folder, 'moments'))
    const values = Array.from({ length: 5 * 72 }, (_, index) => (index % 256) / 255)
    const expected = values.reduce((sum, value) => sum + value, 0) / values.length
    const variance = values.reduce((sum, value) => sum + (value - expected) ** 2, 0) / values.length
    expect(mean[0]).toBeCloseTo(expected, 12)
    expect(deviation[0]).toBeCloseTo(Math.sqrt(variance), 12)
  })

  it('has the digest that its documentation describes', async () => {
    const { digest } = await write(join(folder, 'digest'))
    const header =
      '{"channels":2,"classNames":["a","b","c"],"height":8,"sizes":{"test":3,"train":5,"validation":2},"width":9}'
    expect(digest).toBe(createHash('sha256').update(header).update(createBytes()).digest('hex'))
  })

  it('is not there if its writing was broken off', async () => {
    const parent = await mkdtemp(join(folder, 'broken-'))
    const writer = await CanonicalWriter.create(join(parent, 'set'), SHAPE)
    await writer.append(new Uint8Array(100))
    await expect(writer.finish([])).rejects.toThrow('100 of')
    await writer.discard()
    expect(await readdir(parent)).toEqual([])
  })

  it('refuses a label without a class, and more bytes than announced', async () => {
    const writer = await CanonicalWriter.create(join(folder, 'labels'), SHAPE)
    const bytes = createBytes()
    await expect(writer.append(new Uint8Array(bytes.length + 1))).rejects.toThrow(/more than the \d+ bytes/)
    bytes[layoutOf(SHAPE).train.labelsOffset] = 3
    await expect(writer.append(bytes)).rejects.toThrow('label 3 is not one of 3 classes')
    await writer.discard()
  })
})

describe('readCanonical', () => {
  it('names a file that has another size than the manifest says', async () => {
    const target = join(folder, 'longer')
    await write(target)
    await appendFile(join(target, 'data.bin'), 'x')
    await expect(readCanonical(target)).rejects.toThrow(/longer\/data\.bin is damaged: it holds 1461 bytes/)
  })

  it('sees one changed bit if asked to verify the digest', async () => {
    const target = join(folder, 'changed')
    await write(target)
    const file = await open(join(target, 'data.bin'), 'r+')
    await file.write(Uint8Array.of(1), 0, 1, 0)
    await file.close()
    await (await readCanonical(target)).close()
    await expect(readCanonical(target, { verifyDigest: true })).rejects.toThrow(/its digest is/)
  })

  it('names the field of a manifest that is wrong, and a folder without one', async () => {
    const target = join(folder, 'fields')
    await write(target)
    const path = join(target, 'manifest.json')
    const manifest = JSON.parse(await readFile(path, 'utf8'))
    await writeFile(path, JSON.stringify({ ...manifest, height: 7, classNames: ['a', 'a', 'c'] }))
    await expect(readCanonical(target)).rejects.toThrow(/height/)
    await expect(readCanonical(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'dataset-missing' })
  })
})
