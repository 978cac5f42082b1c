import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@sweepd/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Cli, endUp, runCli, startUp } from './cli-process.js'

const folder = mkdtempSync(join(tmpdir(), 'sweepd-data-'))
const dataDir = join(folder, 'data')
const CLASSES = ['bar', 'dot', 'edge']
const PER_CLASS = 30
const TINY = { convLayers: [2], hiddenLayers: [4], epochs: 1 }

let up: Cli
let url = ''
const run = (...args: string[]) => runCli(args, { SWEEPD_URL: url, SWEEPD_DATA_DIR: dataDir })
const client = () => createClient({ baseUrl: url })
const addFolder = (name: string, path: string, ...options: string[]) =>
  run('data', 'add', name, join(folder, path), ...options)

/** A grey BMP of 24 bits; its first pixels spell the seed, so that no two are equal. */
function makeBmp(seed: number, size = 8): Buffer {
  const bytes = Buffer.alloc(54 + 3 * size * size)
  bytes.write('BM')
  bytes.writeUInt32LE(bytes.length, 2)
  for (const [offset, value] of [
    [10, 54],
    [14, 40],
    [18, size],
    [22, size],
    [34, bytes.length - 54],
  ] as const)
    bytes.writeUInt32LE(value, offset)
  bytes.writeUInt16LE(1, 26)
  bytes.writeUInt16LE(24, 28)
  for (let pixel = 0; pixel < size * size; pixel++)
    bytes.fill(pixel < 8 ? 255 * ((seed >> pixel) & 1) : (pixel * 5) % 200, 54 + 3 * pixel, 57 + 3 * pixel)
  return bytes
}

function makePictures(path: string, first = 0, perClass = PER_CLASS): void {
  for (const [number, name] of CLASSES.entries()) {
    mkdirSync(join(folder, path, name), { recursive: true })
    for (let index = 0; index < perClass; index++)
      writeFileSync(join(folder, path, name, `${index}.bmp`), makeBmp(first + number * perClass + index))
  }
}

beforeAll(async () => {
  makePictures('letters')
  ;({ up, url } = await startUp(dataDir))
}, 90_000)
afterAll(() => endUp(up, folder), 30_000)

describe('a folder of pictures', () => {
  it('is added, listed and shown', async () => {
    expect((await run('data', 'list')).output).toContain('npx sweepd data add NAME PATH')
    const added = await addFolder('letters', 'letters')
    expect(added.output).toContain('90 images of 8×8×1, 3 classes')
    expect(added.output).toContain(`${url}/datasets/letters@1/sheet.png`)
    expect(added.code).toBe(0)
    expect((await run('data', 'list')).output).toMatch(/^letters@1 +8×8×1 +3 +64 +13 +13 +0 /m)
    const shown = await run('data', 'show', 'letters', '--json')
    expect(JSON.parse(shown.stdout)).toMatchObject({ name: 'letters', version: 1, classNames: CLASSES })
    expect(readdirSync(dataDir).filter((name) => name.startsWith('import-'))).toEqual([])
  }, 60_000)

  it('is trained on, and held by a sweep until that ends', async () => {
    const file = join(folder, 'letters.json')
    writeFileSync(
      file,
      JSON.stringify({ name: 'own', dataset: 'letters', space: { kernel: [2, 3] }, fixed: TINY }),
    )
    const swept = await run('run', file)
    expect(swept.output).toMatch(/^ {3}1 +#[01] +[23] +[01]\.\d{4}/m)
    expect(swept.code).toBe(0)
    const { id } = await client().createSweep({
      ...{ name: 'long', dataset: 'letters', space: {}, fixed: { ...TINY, epochs: 10_000 } },
    })
    const refused = await run('data', 'remove', 'letters')
    expect(refused.output).toContain(id)
    expect(refused.code).toBe(1)
    expect((await run('cancel', id)).code).toBe(0)
    expect(await run('data', 'remove', 'letters')).toMatchObject({
      code: 0,
      output: 'The data set letters is removed.\n',
    })
    const gone = await run('data', 'show', 'letters')
    expect(gone).toMatchObject({ code: 1, output: expect.stringContaining('no data set with the name') })
  }, 90_000)

  it('with a broken picture is refused with its path, and leaves nothing', async () => {
    makePictures('broken')
    const path = join(folder, 'broken', 'dot', '7.bmp')
    writeFileSync(path, readFileSync(path).subarray(0, 100))
    const { code, output } = await addFolder('broken', 'broken')
    expect(output).toContain(path)
    expect(code).toBe(1)
    expect((await client().listDatasets()).items.map(({ name }) => name)).not.toContain('broken')
  }, 30_000)

  it('of unequal sizes needs --resize', async () => {
    makePictures('unequal')
    writeFileSync(join(folder, 'unequal', 'bar', '3.bmp'), makeBmp(3, 16))
    const refused = await addFolder('unequal', 'unequal')
    expect(refused).toMatchObject({ code: 1, output: expect.stringMatching(/--resize|resize/) })
    const resized = await addFolder('unequal', 'unequal', '--resize', '12x10', '--resize-mode', 'pad')
    expect(resized).toMatchObject({ code: 0, output: expect.stringContaining('images of 12×10×1') })
  }, 30_000)

  it('with test images among the training images is told of, and refused by --strict', async () => {
    makePictures('leaking/train')
    makePictures('leaking/test', 100, 5)
    cpSync(join(folder, 'leaking/train/bar/2.bmp'), join(folder, 'leaking/test/bar/2.bmp'))
    const refused = await addFolder('leaking', 'leaking', '--strict')
    expect(refused.code).toBe(1)
    const told = await addFolder('leaking', 'leaking')
    expect(told).toMatchObject({ code: 0, output: expect.stringMatching(/warning: 1 .*train/) })
  }, 30_000)
})

describe('data add', () => {
  it.each(['fashion-mnist', 'my letters'])('refuses the name %j before it reads anything', async (name) => {
    const { code, output } = await addFolder(name, 'no such folder')
    expect(output).toContain(`${name} cannot be the name of a data set`)
    expect(code).toBe(1)
  })

  it('says what is missing: the path, or what it names', async () => {
    const pathless = await run('data', 'add', 'letters')
    expect(pathless).toMatchObject({ code: 1, output: expect.stringContaining('data add letters PATH') })
    const nowhere = await addFolder('letters', 'nowhere')
    expect(nowhere).toMatchObject({
      code: 1,
      output: `There is no file or folder ${join(folder, 'nowhere')}.\n`,
    })
  })

  it('of a well-known set names the way out if its host is out of reach', async () => {
    // Stands in for a machine without a way to the Internet, whatever this one has.
    const cutOff = `const to = globalThis.fetch
      globalThis.fetch = async (url, options) => {
        if (new URL(url.url ?? url).hostname === '127.0.0.1') return to(url, options)
        throw new TypeError('fetch failed')
      }`
    const preload = `--import=data:text/javascript,${encodeURIComponent(cutOff)}`
    const env = { SWEEPD_URL: url, SWEEPD_DATA_DIR: dataDir, NODE_OPTIONS: preload }
    const { code, output } = await runCli(['data', 'add', 'kmnist'], env)
    expect(output.replace(/\s+/g, ' ')).toMatch(
      /kmnist cannot be fetched: .*npx sweepd data add kmnist PATH --class-names o,ki,su/,
    )
    expect(code).toBe(1)
  }, 30_000)
})
