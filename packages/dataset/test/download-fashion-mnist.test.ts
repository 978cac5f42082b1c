import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadFashionMnist } from '../src/fashion-mnist/load-fashion-mnist.js'
import type { FashionMnistOrigin } from '../src/fashion-mnist/official-files.js'
import { type FileServer, startFileServer } from './file-server.js'
import { createOrigin, createSmallFashionMnist } from './small-fashion-mnist.js'

const small = createSmallFashionMnist()
const zipped = [...small.contents.keys()].filter((name) => name.endsWith('.gz')).sort()
const get = (name: string) => small.contents.get(name) ?? new Uint8Array()
const serveRight = (name: string, response: ServerResponse) => response.end(get(name))

let dataDir: string
const servers: FileServer[] = []
const serve = async (answer: (name: string, response: ServerResponse) => void) => {
  const server = await startFileServer(answer)
  servers.push(server)
  return server
}

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sweepd-download-'))
})
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
  await rm(dataDir, { recursive: true })
})

const load = (mirrors: string[], origin: Partial<FashionMnistOrigin> = {}, signal?: AbortSignal) =>
  loadFashionMnist({ dataDir }, { signal }, createOrigin(small, { mirrors, ...origin }))
const listFolder = async () => (await readdir(join(dataDir, 'fashion-mnist')).catch(() => [])).sort()

describe('downloading Fashion-MNIST', () => {
  it('leaves the four files and nothing else in the data folder, and never asks again', async () => {
    const server = await serve(serveRight)
    const dataset = await load([server.url])
    expect(dataset.train.size).toBe(50)
    expect(await listFolder()).toEqual(zipped)
    expect([...server.requests].sort()).toEqual(zipped)
    await load([server.url])
    expect(server.requests).toHaveLength(4)
  })

  it('tells how far it is', async () => {
    const server = await serve(serveRight)
    const messages: string[] = []
    const origin = createOrigin(small, { mirrors: [server.url] })
    await loadFashionMnist({ dataDir }, { onProgress: (message) => messages.push(message) }, origin)
    for (const name of zipped)
      expect(messages).toContainEqual(expect.stringMatching(`downloading ${name}: 100 % of`))
  })

  it('fetches only what is missing', async () => {
    const server = await serve(serveRight)
    await load([server.url])
    await rm(join(dataDir, 'fashion-mnist', 't10k-labels-idx1-ubyte.gz'))
    await load([server.url])
    expect(server.requests.slice(4)).toEqual(['t10k-labels-idx1-ubyte.gz'])
  })

  const halved = (name: string) => get(name).subarray(0, get(name).length >> 1)
  const answers: [string, string, RegExp, (name: string, response: ServerResponse) => void][] = [
    [
      'other bytes',
      'dataset-corrupt',
      /gz has a wrong checksum: SHA-256 [0-9a-f]{64}, not/,
      (name, response) => response.end(Uint8Array.from(get(name)).fill(0, 20, 30)),
    ],
    [
      'more bytes',
      'dataset-corrupt',
      /wrong checksum/,
      (name, response) => response.end(Buffer.concat([get(name), get(name)])),
    ],
    [
      'a web page',
      'dataset-corrupt',
      /gz is HTML \(“<html>/,
      (_, response) => response.end('<html><h1>Please sign in</h1></html>'),
    ],
    [
      'half a file',
      'dataset-corrupt',
      /gz is truncated: \d+ of \d+ bytes/,
      (name, response) => response.end(halved(name)),
    ],
    [
      'half a file and then a broken connection',
      'dataset-unreachable',
      /other side closed|terminated/,
      (name, response) => {
        response.setHeader('content-length', get(name).length)
        response.write(halved(name), () => response.destroy())
      },
    ],
    [
      'that there is no such file',
      'dataset-unreachable',
      /the server returned 404 Not Found/,
      (_, response) => response.writeHead(404).end('<html>'),
    ],
  ]

  it.each(answers)('refuses a mirror that returns %s', async (_, code, reason, answer) => {
    const server = await serve(answer)
    const loading = load([server.url])
    await expect(loading).rejects.toMatchObject({
      name: 'DatasetError',
      code,
      file: join(dataDir, 'fashion-mnist', 'train-images-idx3-ubyte.gz'),
    })
    await expect(loading).rejects.toThrow(reason)
    await expect(loading).rejects.toThrow(
      /Set FASHION_MNIST_DIR.*apt-get install dataset-fashion-mnist.*"synthetic"/,
    )
    expect(await listFolder()).toEqual([])
  })

  it.each(answers)(
    'continues with the second mirror if the first returns %s',
    async (_, _code, _reason, answer) => {
      const [first, second] = [await serve(answer), await serve(serveRight)]
      const dataset = await load([first.url, second.url])
      expect(dataset.train.size).toBe(50)
      expect(first.requests).toHaveLength(1)
      expect(await listFolder()).toEqual(zipped)
    },
  )

  it('says that nothing answers if the connection is refused', async () => {
    const server = await startFileServer(serveRight)
    await server.close()
    const loading = load([server.url])
    await expect(loading).rejects.toMatchObject({ code: 'dataset-unreachable' })
    await expect(loading).rejects.toThrow(/ECONNREFUSED/)
  })

  it('gives up a mirror that falls silent', async () => {
    const server = await serve((name, response) => response.write(halved(name)))
    const loading = load([server.url], { stallTimeoutMs: 150 })
    await expect(loading).rejects.toMatchObject({ code: 'dataset-unreachable' })
    await expect(loading).rejects.toThrow(/nothing came for 0.15 s/)
  })

  it('ends at once with the reason when aborted half way, and leaves nothing behind', async () => {
    const abort = new AbortController()
    const reason = new Error('shutting down')
    const first = await serve((name, response) => response.write(halved(name), () => abort.abort(reason)))
    const second = await serve(serveRight)
    await expect(load([first.url, second.url], {}, abort.signal)).rejects.toBe(reason)
    expect(second.requests).toEqual([])
    expect(await listFolder()).toEqual([])
  })

  it('names the file if the data folder is not writable', async () => {
    const server = await serve(serveRight)
    await writeFile(join(dataDir, 'fashion-mnist'), 'a file where the folder should be')
    const loading = load([server.url])
    await expect(loading).rejects.toMatchObject({ code: 'dataset-unwritable' })
    await expect(loading).rejects.toThrow(/fashion-mnist.*SWEEPD_DATA_DIR/)
  })

  it('is refused by a system that creates no folders, without an end to the trying', async () => {
    const loading = loadFashionMnist({ dataDir: '/proc/sweepd' }, {}, createOrigin(small, { mirrors: [] }))
    await expect(loading).rejects.toMatchObject({ code: 'dataset-unwritable' })
  })

  it('happens once for several processes that ask for it at the same time', async () => {
    const server = await serve((name, response) => setTimeout(() => serveRight(name, response), 100))
    const script = fileURLToPath(new URL('download-process.ts', import.meta.url))
    const start = () =>
      promisify(execFile)(process.execPath, ['--import', 'tsx', script, dataDir, server.url])
    const outputs = await Promise.all([start(), start(), start()])
    expect(outputs.map(({ stdout }) => stdout)).toEqual(['50', '50', '50'])
    expect(await listFolder()).toEqual(zipped)
    expect([...server.requests].sort()).toEqual(zipped)
  })

  it('happens once for several loads in one process', async () => {
    const server = await serve((name, response) => setTimeout(() => serveRight(name, response), 100))
    const datasets = await Promise.all([load([server.url]), load([server.url])])
    expect(datasets[0]).toEqual(datasets[1])
    expect(server.requests).toHaveLength(4)
  })
})
