// npm run bench:import [-- --images N] [--only npz|zip|csv]
// Imports images of 28×28, made by noise on a few patterns, as npz, as a zip of PNG files in folders, and as CSV: each in
// a process of its own, of which time and largest memory are told. Exits with 1 if npz or zip takes more than 60 s or
// 500 MB for up to 200,000 images.
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { crc32, deflateSync } from 'node:zlib'
import { importDataset } from '@sweepd/dataset'
import { ZipFile } from 'yazl'

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '200000' },
    only: { type: 'string' },
    /** Of the child process: what to import. */
    source: { type: 'string' },
  },
})
const count = Number(values.images)
const [SIDE, CLASSES] = [28, 10]
const PIXELS = SIDE * SIDE
const TIME_LIMIT_S = 60
const MEMORY_LIMIT_MB = 500

/** A bright square at a place that the class decides, with noise, on black: packs about as well as a digit. */
function drawImage(index: number): Uint8Array {
  const pixels = new Uint8Array(PIXELS)
  const label = index % CLASSES
  let state = (index + 1) >>> 0
  for (let y = 8; y < 20; y++)
    for (let x = 4 + label; x < 16 + label; x++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      pixels[y * SIDE + x] = 128 + (state >>> 25)
    }
  return pixels
}

async function writeSource(path: string, kind: string): Promise<void> {
  const file = createWriteStream(path)
  const write = async (data: Uint8Array | string) => {
    if (!file.write(data)) await once(file, 'drain')
  }
  if (kind === 'csv') {
    await write(`label,${Array.from({ length: PIXELS }, (_, index) => `pixel${index + 1}`).join(',')}\n`)
    for (let index = 0; index < count; index++)
      await write(`${index % CLASSES},${drawImage(index).join(',')}\n`)
    file.end()
  } else {
    const zip = new ZipFile()
    zip.outputStream.pipe(file)
    if (kind === 'npz') addArrays(zip)
    else await addPictures(zip)
    zip.end()
  }
  await once(file, 'finish')
}

function addArrays(zip: ZipFile): void {
  const images = Buffer.alloc(count * PIXELS)
  for (let index = 0; index < count; index++) images.set(drawImage(index), index * PIXELS)
  zip.addBuffer(Buffer.concat([npyHeader([count, SIDE, SIDE]), images]), 'x.npy')
  const labels = Buffer.from(Uint8Array.from({ length: count }, (_, index) => index % CLASSES))
  zip.addBuffer(Buffer.concat([npyHeader([count]), labels]), 'y.npy')
}

function npyHeader(shape: readonly number[]): Buffer {
  const text = `{'descr': '|u1', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`.padEnd(117)
  return Buffer.concat([Buffer.from('\x93NUMPY\x01\x00\x76\x00', 'latin1'), Buffer.from(`${text}\n`)])
}

async function addPictures(zip: ZipFile): Promise<void> {
  for (let index = 0; index < count; index++) {
    zip.addBuffer(makePng(drawImage(index)), `${index % CLASSES}/${index}.png`, { compress: false })
  }
}

/** A PNG of eight bits of grey without filters. */
function makePng(pixels: Uint8Array): Buffer {
  const rows = Buffer.alloc(SIDE * (SIDE + 1))
  for (let row = 0; row < SIDE; row++)
    rows.set(pixels.subarray(row * SIDE, (row + 1) * SIDE), row * (SIDE + 1) + 1)
  const chunk = (name: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(name), data])
    const length = Buffer.alloc(4)
    length.writeUInt32BE(data.length)
    const sum = Buffer.alloc(4)
    sum.writeUInt32BE(crc32(body))
    return Buffer.concat([length, body, sum])
  }
  const header = Buffer.from([0, 0, 0, SIDE, 0, 0, 0, SIDE, 8, 0, 0, 0, 0])
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function measure(path: string, kind: string): boolean {
  const [command = '', ...args] = process.argv
  const script = args[0] ?? ''
  const child = spawnSync(command, [...process.execArgv, script, '--source', path], { encoding: 'utf8' })
  if (child.status !== 0) throw new Error(child.stderr)
  const { seconds, cpuSeconds, memoryMb, digest } = JSON.parse(child.stdout)
  const size = (statSync(path).size / 2 ** 20).toFixed(0)
  console.log(
    `${kind}: ${count} images, ${size} MiB: ${seconds.toFixed(1)} s (${cpuSeconds.toFixed(1)} s of processor), ${memoryMb.toFixed(0)} MB, digest ${digest.slice(0, 8)}`,
  )
  return kind === 'csv' || count > 200_000 || (seconds < TIME_LIMIT_S && memoryMb < MEMORY_LIMIT_MB)
}

async function importOne(source: string): Promise<void> {
  const start = performance.now()
  const { digest } = await importDataset(source, { shape: [SIDE, SIDE] }, `${source}.out`)
  const seconds = (performance.now() - start) / 1000
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage()
  const cpuSeconds = (userCPUTime + systemCPUTime) / 1e6
  console.log(JSON.stringify({ seconds, cpuSeconds, memoryMb: maxRSS / 1024, digest }))
}

if (values.source) await importOne(values.source)
else {
  const folder = mkdtempSync(join(tmpdir(), 'bench-import-'))
  try {
    for (const kind of ['npz', 'zip', 'csv'].filter((each) => !values.only || each === values.only)) {
      const path = join(folder, `images.${kind}`)
      await writeSource(path, kind)
      if (!measure(path, kind)) process.exitCode = 1
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
