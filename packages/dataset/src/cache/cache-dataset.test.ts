import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { readCanonical } from '../canonical/canonical-dataset.js'
import { CanonicalScan } from '../canonical/canonical-scan.js'
import { type CanonicalShape, layoutOf } from '../canonical/manifest.js'
import { cacheDataset, type RemoteDataset } from './cache-dataset.js'

/** Three and a half pieces of a mebibyte. */
const SHAPE: CanonicalShape = {
  height: 64,
  width: 64,
  channels: 1,
  classNames: ['a', 'b'],
  sizes: { train: 800, validation: 40, test: 56 },
}
const { sizeBytes, imageBytes: _, ...splits } = layoutOf(SHAPE)

/** A data set elsewhere that counts how much is read of it. */
class Remote implements RemoteDataset {
  readonly sizeBytes = sizeBytes
  readonly bytes: Buffer
  readonly manifest
  readBytes = 0

  constructor(
    start: number,
    private readonly failAt = Number.POSITIVE_INFINITY,
  ) {
    this.bytes = Buffer.from(Uint8Array.from({ length: sizeBytes }, (_, index) => (index * 7 + start) % 256))
    for (const { labelsOffset, images } of Object.values(splits))
      this.bytes.fill(0, labelsOffset, labelsOffset + 2 * images)
    const scan = new CanonicalScan(SHAPE)
    scan.add(this.bytes)
    this.manifest = scan.finish([])
  }

  async read(start: number, end: number): Promise<Uint8Array> {
    if (end > this.failAt) throw new Error('the connection was lost')
    this.readBytes += end - start
    return this.bytes.subarray(start, end)
  }
}

let dataDir: string
const limitBytes = 10 ** 9
const cache = (remote: Remote, limit = limitBytes) =>
  cacheDataset(bind(remote), { dataDir, limitBytes: limit })
const bind = (remote: Remote): RemoteDataset => ({
  manifest: remote.manifest,
  sizeBytes,
  read: (start, end) => remote.read(start, end),
})

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sweepd-cache-'))
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }))
})

describe('a data set that lies elsewhere', () => {
  it('is fetched once, whole, however many ask for it at once', async () => {
    const remote = new Remote(1)
    const folders = await Promise.all([cache(remote), cache(remote), cache(remote)])
    expect(new Set(folders).size).toBe(1)
    expect(remote.readBytes).toBe(sizeBytes)
    const folder = await cache(remote)
    expect(remote.readBytes).toBe(sizeBytes)
    expect(Buffer.compare(await readFile(join(folder, 'data.bin')), remote.bytes)).toBe(0)
    await (await readCanonical(folder, { verifyDigest: true })).close()
    expect((await readdir(join(dataDir, 'datasets'))).filter((name) => name.endsWith('.partial'))).toEqual([])
  })

  it('is resumed where the download broke off', async () => {
    const broken = new Remote(2, 2.5 * 2 ** 20)
    await expect(cache(broken)).rejects.toThrow('the connection was lost')
    const whole = new Remote(2)
    await cache(whole)
    expect(broken.readBytes + whole.readBytes).toBe(sizeBytes)
    expect(whole.readBytes).toBe(sizeBytes - 2 * 2 ** 20)
  })

  it('is refused if its bytes are wrong, and fetched anew the next time', async () => {
    const wrong = new Remote(3)
    wrong.bytes[100] = 1
    await expect(cache(wrong)).rejects.toMatchObject({ code: 'dataset-corrupt' })
    const right = new Remote(3)
    await cache(right)
    expect(right.readBytes).toBe(sizeBytes)
  })

  it('is fetched anew if what an earlier download left is of something else', async () => {
    const broken = new Remote(4, 2.5 * 2 ** 20)
    await cache(broken).catch(() => {})
    const partial = join(dataDir, 'datasets', `.${broken.manifest.digest}.partial`, 'data.bin')
    await writeFile(partial, Buffer.alloc(1000))
    await expect(cache(new Remote(4))).rejects.toMatchObject({ code: 'dataset-corrupt' })
    expect(existsSync(partial)).toBe(false)
    await cache(new Remote(4))
  })

  it('takes the place of those that were not used for longest', async () => {
    const [first, second, third] = [new Remote(5), new Remote(6), new Remote(7)]
    const limit = 2.5 * sizeBytes
    const folders = [await cache(first, limit), await cache(second, limit)]
    const earlier = new Date(Date.now() - 60_000)
    for (const folder of folders) await utimes(join(folder, 'manifest.json'), earlier, earlier)
    await cache(first, limit)
    await cache(third, limit)
    expect(folders.map((folder) => existsSync(folder))).toEqual([true, false])
  })

  it('is refused if it is larger than all may be together', async () => {
    await expect(cache(new Remote(8), 1000)).rejects.toThrow('DATASET_CACHE_BYTES')
  })

  it('is told of as it comes', async () => {
    const told: string[] = []
    await cacheDataset(bind(new Remote(9)), { dataDir, limitBytes, onProgress: (line) => told.push(line) })
    expect(told.at(-1)).toMatch(/^fetched 3\.7 MB of 3\.7 MB$/)
  })
})
