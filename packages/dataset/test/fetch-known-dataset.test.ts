import { createHash } from 'node:crypto'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { importDataset } from '../src/import/import-dataset.js'
import { fetchKnownDataset } from '../src/known/fetch-known-dataset.js'
import { KNOWN_DATASETS, type KnownDataset } from '../src/known/known-datasets.js'
import { type FileServer, startFileServer } from './file-server.js'
import { makeIdxFiles, makeSet } from './make-sources.js'

const files = new Map(
  Object.entries(makeIdxFiles(makeSet())).map(([name, bytes]) => [`${name}.gz`, gzipSync(bytes)]),
)
let folder: string
let good: FileServer
let bad: FileServer

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fetch-known-'))
  good = await startFileServer((name, response) => response.end(files.get(name)))
  bad = await startFileServer((_, response) => response.end('<html>Please log in</html>'))
})
afterAll(async () => {
  await good.close()
  await bad.close()
  await rm(folder, { recursive: true, force: true })
})

/** The small set as if it were known. */
const makeKnown = (mirrors: readonly string[]): KnownDataset => ({
  mirrors,
  files: [...files].map(([name, bytes]) => ({
    name,
    sizeBytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  })),
  classNames: ['zero', 'one', 'two'],
  imports: 'folder',
})

describe('fetchKnownDataset', () => {
  it('fetches what can be imported from the first mirror that is right, and only what is missing', async () => {
    const target = join(folder, 'first')
    const known = makeKnown([bad.url, good.url])
    const { source, options } = await fetchKnownDataset('mnist', target, {}, known)
    const manifest = await importDataset(source, options, join(folder, 'imported'))
    expect(manifest.classNames).toEqual(['zero', 'one', 'two'])
    const requests = good.requests.length
    await writeFile(join(target, 't10k-labels-idx1-ubyte.gz'), 'damaged')
    await fetchKnownDataset('mnist', target, {}, known)
    expect(good.requests.slice(requests)).toEqual(['t10k-labels-idx1-ubyte.gz'])
  })

  it('says what each mirror gave, and keeps nothing of it', async () => {
    const target = join(folder, 'second')
    await expect(fetchKnownDataset('mnist', target, {}, makeKnown([bad.url]))).rejects.toThrow(
      /mnist cannot be fetched: .*train-images-idx3-ubyte.gz is HTML .*Put train-images-idx3-ubyte.gz into/,
    )
    expect(await readdir(target)).toEqual([])
  })
})

describe('KNOWN_DATASETS', () => {
  it('have a sum for each file and ten classes', () => {
    for (const { files, classNames, mirrors } of Object.values(KNOWN_DATASETS)) {
      expect(new Set(files.map(({ sha256 }) => sha256)).size).toBe(files.length)
      for (const { sha256 } of files) expect(sha256).toMatch(/^[0-9a-f]{64}$/)
      for (const mirror of mirrors) expect(new URL('x', mirror).href).toBe(`${mirror}x`)
      expect(new Set(classNames).size).toBe(10)
    }
  })
})
