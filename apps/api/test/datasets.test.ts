import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@sweepd/client'
import { CanonicalScan, type CanonicalShape, layoutOf } from '@sweepd/dataset'
import { waitUntil } from '@sweepd/testing'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { json, openTestApp, type TestApp } from './open-test-app.js'

const SHAPE: CanonicalShape = {
  height: 10,
  width: 12,
  channels: 1,
  classNames: ['left', 'right', 'none of both'],
  sizes: { train: 30, validation: 6, test: 9 },
}

/** Images whose pixels count up, with labels in turn; another `start` is other content. */
function makeCanonical(start = 0) {
  const { sizeBytes, imageBytes, ...splits } = layoutOf(SHAPE)
  const bytes = Buffer.from(Uint8Array.from({ length: sizeBytes }, (_, index) => (index + start) % 256))
  for (const { labelsOffset, images } of Object.values(splits))
    for (let index = 0; index < images; index++) bytes.writeUInt16LE(index % 3, labelsOffset + 2 * index)
  const scan = new CanonicalScan(SHAPE)
  scan.add(bytes)
  return { manifest: scan.finish([]), bytes }
}

async function* inPieces(bytes: Uint8Array) {
  for (let start = 0; start < bytes.length; start += 1000) yield bytes.subarray(start, start + 1000)
}

let api: TestApp
let url = ''
let dataDir = ''
const client = () => createClient({ baseUrl: url })
const add = (name: string, { manifest, bytes } = makeCanonical()) =>
  client().addDataset(name, { manifest, pieces: inPieces(bytes) })
const post = (query: string, body: string | Buffer, type: string) =>
  fetch(`${url}/datasets?${query}`, { method: 'POST', body, headers: { 'content-type': type } })

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sweepd-api-data-'))
  api = await openTestApp({ SWEEPD_DATA_DIR: dataDir, MAX_DATASET_BYTES: '200000' })
  url = await api.app.listen({ port: 0, host: '127.0.0.1' })
})
afterAll(async () => {
  await api.close()
  await rm(dataDir, { recursive: true, force: true })
})

describe('a data set in canonical form', () => {
  test('is added, listed, shown, and removed', async () => {
    const { manifest, bytes } = makeCanonical()
    const dataset = await add('arrows')
    const { format: _, ...known } = manifest
    expect(dataset).toMatchObject({ name: 'arrows', version: 1, sizeBytes: bytes.length, ...known })
    expect((await client().listDatasets()).items).toMatchObject([
      { name: 'arrows', version: 1, classes: 3, images: { train: 30, validation: 6, test: 9 } },
    ])
    expect(await client().getDataset('arrows@1')).toEqual(dataset)
    await client().removeDataset('arrows')
    await expect(client().getDataset('arrows')).rejects.toThrow('no data set with the name arrows')
  })

  test('is the same version if it is sent again, and another if it differs', async () => {
    await add('twice')
    expect(await add('twice')).toMatchObject({ version: 1 })
    expect(await add('twice', makeCanonical(1))).toMatchObject({
      version: 2,
      versions: [{ version: 2 }, { version: 1 }],
    })
  })

  test('whose bytes are not those of its digest is refused, and nothing is stored', async () => {
    const { manifest, bytes } = makeCanonical()
    bytes[5] = 99
    await expect(add('broken', { manifest, bytes })).rejects.toThrow(/have the digest/)
    await expect(add('broken', { manifest, bytes: bytes.subarray(0, -2) })).rejects.toThrow(
      /bytes were written/,
    )
    const lying = { ...manifest, mean: [0.1] }
    await expect(add('broken', { ...makeCanonical(), manifest: lying })).rejects.toThrow(
      /counts other classes/,
    )
    const labels = { manifest, bytes: Buffer.alloc(bytes.length, 7) }
    await expect(add('broken', labels)).rejects.toThrow(/is not one of 3 classes/)
    await expect(client().getDataset('broken')).rejects.toThrow('no data set')
  })

  test.each([
    ['no line', 'x'.repeat(100)],
    ['no JSON', 'hello\n'],
    ['no manifest', '{"format":1}\n'],
    ['nothing', ''],
  ])('that is %s is refused by name', async (_, body) => {
    const answer = await post('name=x', body, 'application/vnd.sweepd.dataset')
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ status: 400 })
  })

  test.each(['fashion-mnist', 'a/b', ''])('cannot be called %j', async (name) => {
    const answer = await post(`name=${encodeURIComponent(name)}`, '{}\n', 'application/vnd.sweepd.dataset')
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ errors: [{ pointer: '#/name' }] })
  })

  test('whose connection breaks leaves nothing', async () => {
    const { manifest, bytes } = makeCanonical()
    // They do what they always do, and are watched.
    const begin = vi.spyOn(api.store.datasets, 'beginUpload')
    const abandon = vi.spyOn(api.store.datasets, 'abandonUpload')
    const sending = request(`${url}/datasets?name=torn`, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.sweepd.dataset' },
    })
    sending.on('error', () => {})
    sending.write(`${JSON.stringify(manifest)}\n`)
    sending.write(bytes.subarray(0, 3000))
    await waitUntil('the upload has begun', async () => begin.mock.settledResults.length === 1)
    sending.destroy()
    await waitUntil('the upload is given up', async () => abandon.mock.settledResults.length === 1)
    expect(await api.store.datasets.removeBrokenUploads(-1000)).toBe(0)
    vi.restoreAllMocks()
  })
})

describe('pictures', () => {
  test('of a data set are PNG files, one by one and as a sheet', async () => {
    await add('pictures')
    const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47])
    for (const path of [
      'images/test/8.png',
      'images/train/0.png',
      'sheet.png',
      'sheet.png?split=test&from=2',
    ]) {
      const answer = await fetch(`${url}/datasets/pictures/${path}`)
      expect(answer.headers.get('content-type')).toBe('image/png')
      expect(Buffer.from(await answer.arrayBuffer()).subarray(0, 4)).toEqual(signature)
    }
    for (const path of ['images/test/9.png', 'images/other/0.png', 'images/test/-1.png'])
      expect((await fetch(`${url}/datasets/pictures/${path}`)).status).toBe(404)
    expect((await fetch(`${url}/datasets/pictures/sheet.png?split=all`)).status).toBe(400)
  })
})

describe('a file of images', () => {
  const csv = (rows: number) =>
    [`label,${Array.from({ length: 64 }, (_, pixel) => `pixel${pixel + 1}`).join(',')}`]
      .concat(
        Array.from({ length: rows }, (_, row) =>
          [row % 2, ...Array.from({ length: 64 }, (_, pixel) => (row * 7 + pixel * 3) % 256)].join(','),
        ),
      )
      .join('\n')

  test('is imported by the service, which keeps nothing of it', async () => {
    const answer = await post('name=rows&file=rows.csv&shape=8x8&classNames=even,odd', csv(60), 'text/csv')
    expect(answer.status).toBe(201)
    expect(answer.headers.get('location')).toBe('/datasets/rows@1')
    expect(await answer.json()).toMatchObject({
      height: 8,
      width: 8,
      channels: 1,
      classNames: ['even', 'odd'],
    })
    expect(await readdir(join(dataDir, 'uploads'))).toEqual([])
  })

  test('that cannot be read is refused with the reason, in the words of its owner', async () => {
    const answer = await post('name=bad&file=my%20letters.csv&shape=8x8', `${csv(4)}\n1,2,3`, 'text/csv')
    const problem = (await answer.json()) as { detail: string }
    expect(answer.status).toBe(400)
    expect(problem.detail).toMatch(/^my letters\.csv\b/)
    expect(problem.detail).not.toContain(dataDir)
    expect(await readdir(join(dataDir, 'uploads'))).toEqual([])
  })

  test('that is larger than the limit is refused', async () => {
    const answer = await post('name=big&file=big.zip', Buffer.alloc(300_000), 'application/zip')
    expect(answer.status).toBe(413)
    expect(await answer.json()).toMatchObject({ detail: expect.stringContaining('MAX_DATASET_BYTES') })
  })

  test.each([
    'file=../x.zip',
    'file=.zip',
    'file=a/b.zip',
    '',
    'file=x.zip&resize=4x4',
    'file=x.zip&seed=-1',
  ])('needs a proper query, not %j', async (query) => {
    expect((await post(`name=x&${query}`, 'x', 'application/zip')).status).toBe(400)
  })
})

describe('a sweep', () => {
  const define = (dataset: string, fixed: object = {}) =>
    json({ name: 'own', dataset, space: {}, fixed: { convLayers: [4], epochs: 1, trainSize: 8, ...fixed } })
  const create = (body: ReturnType<typeof json>) =>
    api.app.inject({ method: 'POST', url: '/sweeps', ...body })

  test('names the newest version, keeps it, and holds on to it', async () => {
    await add('held')
    const created = await create(define('held'))
    expect(created.json()).toMatchObject({ dataset: 'held@1' })
    const { id } = created.json() as { id: string }
    const { digest } = makeCanonical().manifest
    const claimed = await api.store.claimTrial({ workerId: 'w', leaseMs: 60_000 })
    expect(claimed).toMatchObject({ sweepId: id, dataset: 'held@1', datasetDigest: digest })
    const trial = await api.app.inject({ url: `/trials/${claimed?.trialId}` })
    for (const shown of [created, await api.app.inject({ url: `/sweeps/${id}` }), trial])
      expect(shown.json()).toMatchObject({ datasetDigest: digest })
    const refused = await api.app.inject({ method: 'DELETE', url: '/datasets/held' })
    expect(refused.statusCode).toBe(409)
    expect(refused.json()).toMatchObject({ detail: expect.stringContaining(id), action: { name: 'cancel' } })
    await api.app.inject({ method: 'POST', url: `/sweeps/${id}/cancel` })
    expect((await api.app.inject({ method: 'DELETE', url: '/datasets/held' })).statusCode).toBe(204)
  })

  test('is judged by the shape of its data set', async () => {
    await add('small')
    const shrunk = await create(define('small', { convLayers: [4, 4, 4] }))
    expect(shrunk.json()).toMatchObject({ title: expect.stringContaining('cannot be built') })
    const many = await create(define('small@1', { trainSize: 31 }))
    expect(many.json()).toMatchObject({
      errors: [{ pointer: '#/fixed/trainSize', detail: expect.stringContaining('at most 30: small@1') }],
    })
    const missing = await create(define('smal'))
    expect(missing.json()).toMatchObject({
      errors: [{ pointer: '#/dataset', detail: expect.stringContaining('Did you mean small?') }],
    })
    expect((await create(define('not a name'))).statusCode).toBe(400)
  })
})
