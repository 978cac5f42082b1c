import { randomUUID } from 'node:crypto'
import {
  addDataset,
  createSweep,
  DATASET_CHUNK_BYTES,
  getDataset,
  growSweep,
  removeDataset,
  updateSweep,
} from '@sweepd/scheduler'
import { MemoryQueue } from '@sweepd/scheduler/memory'
import { describe, expect, it } from 'vitest'
import { makeEpoch, makeSweep, SCORE } from '../new-sweep.js'
import { claimNext } from './scenes.js'
import type { UseStore } from './use-store.js'

const CONTENT = {
  height: 8,
  width: 9,
  channels: 1,
  classNames: ['a', 'b'],
  splits: {
    train: { images: 3, perClass: [2, 1] },
    validation: { images: 1, perClass: [1, 0] },
    test: { images: 2, perClass: [1, 1] },
  },
  mean: [0.5],
  deviation: [0.1],
  checks: [
    { code: 'leakage', severity: 'warning' as const, count: 1, detail: 'one image is in two splits' },
    { code: 'size', severity: 'note' as const, count: 6, detail: 'all are alike' },
  ],
}

const BYTES = Uint8Array.from({ length: DATASET_CHUNK_BYTES + 1000 }, (_, index) => (index * index) % 251)

async function* inPieces(bytes: Uint8Array, size = 300_000) {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size)
}

const upload = (name: string, digest: string, bytes: Uint8Array = BYTES) => ({
  name,
  digest,
  content: CONTENT,
  sizeBytes: bytes.length,
  pieces: inPieces(bytes),
})

/** What every store does with the data sets that people add. */
export function describeDatasets(useStore: UseStore): void {
  describe('data sets', () => {
    const world = useStore()
    const add = (name: string, digest: string, bytes?: Uint8Array) =>
      addDataset(world.store, upload(name, digest, bytes))

    it('are stored with all that is known of them, and any part of their bytes can be read', async () => {
      const { dataset, isNew } = await add('letters', 'd1')
      expect(isNew).toBe(true)
      const identity = { digest: 'd1', sizeBytes: BYTES.length, createdAt: expect.any(String) }
      expect(dataset).toEqual({
        ...CONTENT,
        ...identity,
        name: 'letters',
        version: 1,
        versions: [{ version: 1, ...identity }],
      })
      expect(await getDataset(world.store, 'letters')).toEqual(dataset)
      expect(await world.store.datasets.listDatasets()).toEqual([
        {
          ...identity,
          name: 'letters',
          version: 1,
          height: 8,
          width: 9,
          channels: 1,
          classes: 2,
          images: { train: 3, validation: 1, test: 2 },
          warnings: 1,
        },
      ])
      const stored = await world.store.datasets.findBytes('d1')
      expect(stored).toMatchObject({ digest: 'd1', sizeBytes: BYTES.length, content: CONTENT })
      for (const [start, end] of [
        [0, 10],
        [DATASET_CHUNK_BYTES - 5, DATASET_CHUNK_BYTES + 7],
        [DATASET_CHUNK_BYTES, BYTES.length],
        [0, BYTES.length],
        [7, 7],
      ] as const) {
        const read = await world.store.datasets.readBytes(stored?.id ?? '', start, end)
        expect(Buffer.compare(read, BYTES.subarray(start, end))).toBe(0)
      }
    })

    it('get a new version for other content, and the earlier one for the same', async () => {
      await add('letters', 'd1')
      expect(await add('letters', 'd2')).toMatchObject({ isNew: true, dataset: { version: 2, digest: 'd2' } })
      expect(await add('letters', 'd1')).toMatchObject({ isNew: false, dataset: { version: 1 } })
      expect(await add('others', 'd1')).toMatchObject({ isNew: true, dataset: { version: 1 } })
      expect(await getDataset(world.store, 'letters')).toMatchObject({ version: 2 })
      expect(await getDataset(world.store, 'letters@1')).toMatchObject({ digest: 'd1' })
      await expect(getDataset(world.store, 'letters@3')).rejects.toThrow(
        'no data set with the name letters@3',
      )
      const listed = await world.store.datasets.listDatasets()
      expect(listed.map(({ name, version }) => `${name}@${version}`)).toEqual([
        'letters@2',
        'letters@1',
        'others@1',
      ])
    })

    it('that are added at the same time each get a version of their own', async () => {
      const added = await Promise.all(['d1', 'd2', 'd3', 'd1'].map((digest) => add('letters', digest)))
      const news = added.filter(({ isNew }) => isNew).map(({ dataset }) => dataset.version)
      expect(news.sort()).toEqual([1, 2, 3])
    })

    it('leave nothing if their upload breaks', async () => {
      async function* breaking() {
        yield* inPieces(BYTES)
        throw new Error('the cable was pulled')
      }
      const broken = addDataset(world.store, { ...upload('letters', 'd1'), pieces: breaking() })
      await expect(broken).rejects.toThrow('the cable was pulled')
      const short = addDataset(world.store, { ...upload('letters', 'd1'), sizeBytes: BYTES.length + 1 })
      await expect(short).rejects.toThrow(/upload of letters/)
      await expect(getDataset(world.store, 'letters')).rejects.toThrow('no data set')
      expect(await world.store.datasets.removeBrokenUploads(-1000)).toBe(0)
    })

    it('whose uploader died are removed after a while, and no sooner', async () => {
      const id = randomUUID()
      const { pieces: _, ...dataset } = upload('letters', 'd1')
      await world.store.datasets.beginUpload({ ...dataset, id })
      expect(await world.store.datasets.appendChunk(id, 0, BYTES)).toBe(true)
      expect(await world.store.datasets.findBytes('d1')).toBeUndefined()
      expect(await world.store.datasets.removeBrokenUploads(60_000)).toBe(0)
      expect(await world.store.datasets.removeBrokenUploads(-1000)).toBe(1)
      expect(await world.store.datasets.appendChunk(id, 1, BYTES)).toBe(false)
      expect(await world.store.datasets.finishUpload(id)).toBeUndefined()
    })

    it('are not removed while a sweep that has not ended trains on them', async () => {
      await add('letters', 'd1')
      await add('letters', 'd2')
      const { sweep, trials } = makeSweep(1)
      const definition = { ...sweep.definition, dataset: 'letters@1' }
      await world.store.insertSweep({ ...sweep, definition, datasetDigest: 'd1' }, trials)
      await expect(removeDataset(world.store, 'letters')).rejects.toThrow(
        `the sweep ${sweep.id} trains on it`,
      )
      expect(await removeDataset(world.store, 'letters@2')).toBe(1)
      await world.store.pauseSweep(sweep.id, 'a break')
      await expect(removeDataset(world.store, 'letters@1')).rejects.toThrow('trains on it')
      await world.store.cancelSweep(sweep.id)
      expect(await removeDataset(world.store, 'letters')).toBe(1)
      await expect(removeDataset(world.store, 'letters')).rejects.toThrow('no data set')
      expect(await world.store.datasets.findBytes('d1')).toBeUndefined()
    })

    /** Trains what waits, and all that follows from it; returns the digests that its trials carry. */
    const trainAll = async (sweepId: string) => {
      const ports = { store: world.store, queue: new MemoryQueue(() => 0) }
      const digests: (string | null)[] = []
      while ((await world.store.countClaimableTrials()) > 0) {
        const trial = await claimNext(world.store)
        digests.push(trial.datasetDigest)
        await world.store.completeTrial(trial, SCORE, makeEpoch(1))
        await growSweep(ports, sweepId)
      }
      await world.store.completeSweep(sweepId)
      return digests
    }
    const ports = () => ({ store: world.store, queue: new MemoryQueue(() => 0) })
    // Two layers with a kernel of 3 or more shrink images of 8×9 pixels below one pixel, but not those of 28×28.
    const learning = {
      name: 'learns',
      dataset: 'letters',
      sampler: { type: 'tpe', trials: 12 },
      space: { kernel: [2, 3, 4, 5], convLayers: [[2], [2, 2]], hiddenLayers: [[2], [3]], lr: [0.01, 0.02] },
      fixed: { epochs: 1, batchSize: 1, trainSize: 2 },
      impossible: 'skip',
    }

    it('go on to the trials that growth adds, whose networks are judged with the size of their images', async () => {
      await add('letters', 'd1')
      const { sweep } = await createSweep(ports(), learning, { maxTrials: 100 })
      expect(await trainAll(sweep.id)).toEqual(Array.from({ length: 12 }, () => 'd1'))
      const grown = await world.store.findSweep(sweep.id)
      expect(grown).toMatchObject({ state: 'completed', trialCounts: { completed: 12 } })
      const { items } = await world.store.listTrials({ limit: 100, sweepId: sweep.id })
      const shrunk = items.filter(
        ({ hyperparameters: { kernel, convLayers } }) => convLayers.length === 2 && Number(kernel) >= 3,
      )
      expect(shrunk).toEqual([])
      await updateSweep(ports(), sweep.id, { trials: 32 }, { maxTrials: 100 })
      await growSweep(ports(), sweep.id)
      expect(new Set(await trainAll(sweep.id))).toEqual(new Set(['d1']))
      expect(await world.store.findSweep(sweep.id)).toMatchObject({
        endReason: expect.stringContaining('the space is exhausted'),
        skipped: {
          points: expect.arrayContaining([
            { point: expect.objectContaining({ kernel: 4 }), reason: expect.any(String) },
          ]),
        },
      })
    })

    it('are what values that are added to an axis are judged with', async () => {
      await add('letters', 'd1')
      const grid = {
        ...learning,
        sampler: undefined,
        space: { kernel: [2, 3] },
        impossible: 'refuse',
        fixed: { ...learning.fixed, convLayers: [2] },
      }
      const { sweep } = await createSweep(ports(), grid, { maxTrials: 100 })
      await trainAll(sweep.id)
      const ask = (kernel: number, maxTrialMemoryMiB?: number) =>
        updateSweep(ports(), sweep.id, { add: { kernel: [kernel] } }, { maxTrials: 100, maxTrialMemoryMiB })
      await expect(ask(20)).rejects.toMatchObject({ code: 'impossible-architecture' })
      await expect(ask(4, 0.001)).rejects.toThrow(/memory/)
      expect(await world.store.findSweep(sweep.id)).toMatchObject({
        state: 'completed',
        space: { kernel: [2, 3] },
      })
      await ask(4, 1000)
      await growSweep(ports(), sweep.id)
      expect(await trainAll(sweep.id)).toEqual(['d1'])
    })

    it('are known to a sweep that grows, with the memory that its trials may take', async () => {
      await add('letters', 'd1')
      const { sweep, trials } = makeSweep(1)
      const definition = { ...sweep.definition, dataset: 'letters@1' }
      await world.store.insertSweep(
        { ...sweep, definition, datasetDigest: 'd1', planned: 2, maxTrialMemoryMiB: 512 },
        trials,
      )
      const ownFacts = { imageHeight: 8, imageWidth: 9, channels: 1, classes: 2, trainSize: 3 }
      expect(await world.store.findGrowth(sweep.id)).toMatchObject({ ownFacts, maxTrialMemoryMiB: 512 })
      const skipped = { count: 1, points: [{ point: { kernel: 9 }, reason: 'it shrinks' }] }
      const extension = { definition, planned: 3, endReason: null, skipped, maxTrialMemoryMiB: 256.5 }
      expect(await world.store.extendSweep(sweep.id, extension)).toBe(true)
      expect(await world.store.findGrowth(sweep.id)).toMatchObject({
        ownFacts,
        maxTrialMemoryMiB: 256.5,
        skipped,
      })
    })

    it('that are gone, or others under the same name, let no ended sweep grow', async () => {
      await add('letters', 'd1')
      const { sweep, trials } = makeSweep(1)
      const definition = { ...sweep.definition, dataset: 'letters@1' }
      await world.store.insertSweep({ ...sweep, definition, datasetDigest: 'd1' }, trials)
      await trainAll(sweep.id)
      await removeDataset(world.store, 'letters')
      const extension = {
        definition,
        planned: 3,
        endReason: null,
        skipped: undefined,
        maxTrialMemoryMiB: null,
      }
      await expect(world.store.extendSweep(sweep.id, extension)).rejects.toThrow(/letters@1 was removed/)
      await add('letters', 'd2')
      await expect(world.store.extendSweep(sweep.id, extension)).rejects.toThrow(/letters@1 was removed/)
      expect(await world.store.findSweep(sweep.id)).toMatchObject({ state: 'completed' })
    })

    it('that are gone are not trained on: the sweep is refused', async () => {
      const { sweep, trials } = makeSweep(1)
      const definition = { ...sweep.definition, dataset: 'letters@1' }
      await expect(
        world.store.insertSweep({ ...sweep, definition, datasetDigest: 'd1' }, trials),
      ).rejects.toThrow(/letters@1 was removed/)
      expect(await world.store.findSweep(sweep.id)).toBeUndefined()
    })

    it.each(['', '.hidden', 'a b', 'a@1', '../x', 'x'.repeat(65), 'fashion-mnist', 'synthetic'])(
      'cannot be called %j',
      async (name) => {
        await expect(add(name, 'd1')).rejects.toMatchObject({ problems: [{ pointer: '#/name' }] })
      },
    )
  })
}
