import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { CanonicalWriter } from './canonical-writer.js'
import { loadCanonical } from './load-canonical.js'
import { type CanonicalShape, layoutOf } from './manifest.js'

const SHAPE: CanonicalShape = {
  height: 8,
  width: 8,
  channels: 3,
  classNames: Array.from({ length: 400 }, (_, index) => `class ${index}`),
  sizes: { train: 20, validation: 5, test: 7 },
}

it('pixels of a file are the same bytes as those in memory', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sweepd-canonical-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const { sizeBytes, imageBytes, ...splits } = layoutOf(SHAPE)
  const bytes = Buffer.from(Uint8Array.from({ length: sizeBytes }, (_, index) => (index * index) % 253))
  for (const { labelsOffset, images } of Object.values(splits))
    for (let index = 0; index < images; index++) bytes.writeUInt16LE(399 - index, labelsOffset + 2 * index)
  const writer = await CanonicalWriter.create(join(folder, 'set'), SHAPE)
  await writer.append(bytes)
  await writer.finish([])

  const [memory, file] = [
    await loadCanonical(join(folder, 'set')),
    await loadCanonical(join(folder, 'set'), 0),
  ]
  for (const split of ['train', 'validation', 'test'] as const) {
    const { images, labels, size } = memory[split]
    expect(labels[0]).toBe(399)
    expect(file[split].labels).toEqual(labels)
    if (!(images instanceof Uint8Array)) throw new Error('a small part is in memory')
    const stored = file[split].images
    if (stored instanceof Uint8Array) throw new Error('a large part stays in its file')
    expect(stored.length).toBe(images.length)
    const target = new Uint8Array(10 + size * imageBytes)
    stored.copyTo(target, 10, 0, stored.length)
    expect(Buffer.compare(target.subarray(10), images)).toBe(0)
    stored.copyTo(target, 3, imageBytes + 1, 2 * imageBytes)
    expect(
      Buffer.compare(target.subarray(3, 2 + imageBytes), images.subarray(imageBytes + 1, 2 * imageBytes)),
    ).toBe(0)
  }
  memory.close()
  file.close()
})
