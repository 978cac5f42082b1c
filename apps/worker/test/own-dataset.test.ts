import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Sweep } from '@sweepd/core'
import { CanonicalScan, type CanonicalShape, layoutOf } from '@sweepd/dataset'
import { addDataset, createSweep, type SchedulerPorts } from '@sweepd/scheduler'
import { createTestDatabase } from '@sweepd/testing'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { WAIT_MS, WorkerWorld } from './worker-world.js'

vi.setConfig({ testTimeout: 2 * WAIT_MS, hookTimeout: WAIT_MS })

/** Coloured and not square, with more classes than a byte can number. */
const SHAPE: CanonicalShape = {
  height: 12,
  width: 9,
  channels: 3,
  classNames: Array.from({ length: 300 }, (_, index) => `shade ${index}`),
  sizes: { train: 900, validation: 300, test: 300 },
}

let world: WorkerWorld
let folder = ''
let dropDatabase = async () => {}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sweepd-own-'))
  const database = await createTestDatabase()
  dropDatabase = database.drop
  world = await WorkerWorld.open(database.url)
})
afterEach(async () => {
  await world.close()
  await dropDatabase()
  await rm(folder, { recursive: true, force: true })
})

/** Each class is a colour of its own, so that a small network learns some of them. Returns the digest. */
async function addShades({ store }: SchedulerPorts): Promise<string> {
  const { sizeBytes, imageBytes, ...splits } = layoutOf(SHAPE)
  const bytes = Buffer.alloc(sizeBytes)
  for (const { imagesOffset, labelsOffset, images } of Object.values(splits))
    for (let index = 0; index < images; index++) {
      const label = index % 300
      for (let at = 0; at < imageBytes; at += 3)
        bytes.set(
          [(label * 7) % 256, (label * 31) % 256, label % 256],
          imagesOffset + index * imageBytes + at,
        )
      bytes.writeUInt16LE(label, labelsOffset + 2 * index)
    }
  const scan = new CanonicalScan(SHAPE)
  scan.add(bytes)
  const { digest, ...content } = scan.finish([])
  async function* pieces() {
    yield bytes
  }
  await addDataset(store, { name: 'shades', digest, content, sizeBytes, pieces: pieces() })
  return digest
}

async function createShadeSweep(space: object): Promise<Sweep> {
  const fixed = { convLayers: [4], hiddenLayers: [16], epochs: 2, batchSize: 30 }
  const definition = { name: 'shades', dataset: 'shades', space, fixed }
  return (await createSweep(world.ports, definition, { maxTrials: 100 })).sweep
}

async function listEnded(sweep: Sweep) {
  await vi.waitUntil(async () => (await world.ports.store.findSweep(sweep.id))?.state === 'completed', {
    timeout: WAIT_MS,
    interval: 200,
  })
  const { items } = await world.ports.store.listTrials({ sweepId: sweep.id, limit: 100 })
  return Promise.all(items.map(({ id }) => world.ports.store.findTrial(id)))
}

it('two workers with a data folder each train on a data set that only the database has', async () => {
  const digest = await addShades(world.ports)
  const dataDirs = ['one', 'two'].map((name) => join(folder, name))
  await Promise.all(dataDirs.map((SWEEPD_DATA_DIR) => world.startWorker({ SWEEPD_DATA_DIR })))
  const sweep = await createShadeSweep({ lr: [0.001, 0.002, 0.003, 0.004, 0.005, 0.006, 0.007, 0.008] })
  const trials = await listEnded(sweep)
  expect(trials.map((trial) => trial?.state)).toEqual(trials.map(() => 'completed'))
  expect(new Set(trials.map((trial) => trial?.attemptHistory[0]?.workerId)).size).toBe(2)
  for (const dataDir of dataDirs) expect(existsSync(join(dataDir, 'datasets', digest, 'data.bin'))).toBe(true)
  const score = trials[0]?.score
  expect(score?.perClass.map(({ label }) => label)).toEqual(SHAPE.classNames)
  expect(score?.confusionMatrix.flat().reduce((sum, count) => sum + count, 0)).toBe(300)
})

it('a worker without room for the data set gives the trial back, and another one trains it', async () => {
  await addShades(world.ports)
  await world.startWorker({
    SWEEPD_DATA_DIR: join(folder, 'small'),
    DATASET_CACHE_BYTES: '1000',
    LOG_LEVEL: 'fatal',
  })
  const sweep = await createShadeSweep({})
  await vi.waitUntil(async () => (await world.getTrial(sweep)).attempts === 1, {
    timeout: WAIT_MS,
    interval: 100,
  })
  await world.startWorker({ SWEEPD_DATA_DIR: join(folder, 'large') })
  const [trial] = await listEnded(sweep)
  expect(trial).toMatchObject({
    state: 'completed',
    attemptHistory: [
      {
        outcome: 'released',
        error: { class: 'infrastructure', message: expect.stringContaining('DATASET_CACHE_BYTES') },
      },
      { outcome: 'completed' },
    ],
  })
})
