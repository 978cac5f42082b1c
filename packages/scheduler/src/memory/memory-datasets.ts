import {
  type Dataset,
  type DatasetReference,
  type DatasetSummary,
  formatDatasetReference,
} from '@sweepd/core'
import type {
  AddedDataset,
  DatasetBytes,
  DatasetRemoval,
  DatasetStore,
  NewDataset,
} from '../dataset-ports.js'

interface Stored extends NewDataset {
  readonly chunks: Uint8Array[]
  readonly createdAt: string
  receivedAt: number
  version: number | undefined
}

/** Data sets in memory, for tests. */
export class MemoryDatasets implements DatasetStore {
  private readonly stored = new Map<string, Stored>()

  /** @param listUsers ids of the sweeps that have not ended and name this version of a data set */
  constructor(
    private readonly now: () => number,
    private readonly listUsers: (dataset: string) => string[],
  ) {}

  async beginUpload(dataset: NewDataset): Promise<void> {
    const createdAt = new Date(this.now()).toISOString()
    this.stored.set(dataset.id, {
      ...structuredClone(dataset),
      chunks: [],
      createdAt,
      receivedAt: this.now(),
      version: undefined,
    })
  }

  async appendChunk(id: string, number: number, data: Uint8Array): Promise<boolean> {
    const dataset = this.stored.get(id)
    if (dataset === undefined || dataset.version !== undefined) return false
    dataset.chunks[number] = data.slice()
    dataset.receivedAt = this.now()
    return true
  }

  async finishUpload(id: string): Promise<AddedDataset | undefined> {
    const dataset = this.stored.get(id)
    if (dataset === undefined || dataset.version !== undefined) return undefined
    if (join(dataset).length !== dataset.sizeBytes) return undefined
    const versions = this.versionsOf(dataset.name)
    const same = versions.find(({ digest }) => digest === dataset.digest)
    if (same?.version !== undefined) {
      this.stored.delete(id)
      return { version: same.version, isNew: false }
    }
    dataset.version = (versions[0]?.version ?? 0) + 1
    return { version: dataset.version, isNew: true }
  }

  async abandonUpload(id: string): Promise<void> {
    if (this.stored.get(id)?.version === undefined) this.stored.delete(id)
  }

  async removeBrokenUploads(silentMs: number): Promise<number> {
    const broken = [...this.stored.values()].filter(
      ({ version, receivedAt }) => version === undefined && receivedAt < this.now() - silentMs,
    )
    for (const { id } of broken) this.stored.delete(id)
    return broken.length
  }

  async findDataset({ name, version }: DatasetReference): Promise<Dataset | undefined> {
    const versions = this.versionsOf(name)
    const found = versions.find((each) => version === undefined || each.version === version)
    return found && toDataset(found, versions)
  }

  async listDatasets(): Promise<readonly DatasetSummary[]> {
    const names = [...new Set([...this.stored.values()].map(({ name }) => name))].sort()
    return names.flatMap((name) => this.versionsOf(name).map(toSummary))
  }

  /** Whether this version is there, with this content. */
  has(dataset: string, digest: string): boolean {
    return [...this.stored.values()].some(
      ({ name, version, digest: own }) =>
        version !== undefined && own === digest && formatDatasetReference(name, version) === dataset,
    )
  }

  async findBytes(digest: string): Promise<DatasetBytes | undefined> {
    return [...this.stored.values()].find((each) => each.version !== undefined && each.digest === digest)
  }

  async readBytes(id: string, start: number, end: number): Promise<Uint8Array> {
    const dataset = this.stored.get(id)
    if (dataset === undefined) throw new Error(`there is no data set ${id}`)
    return join(dataset).slice(start, end)
  }

  async removeDataset({ name, version }: DatasetReference): Promise<DatasetRemoval | undefined> {
    const versions = this.versionsOf(name).filter((each) => version === undefined || each.version === version)
    if (versions.length === 0) return undefined
    const usedBy = versions.flatMap((each) => this.listUsers(formatDatasetReference(name, each.version ?? 0)))
    if (usedBy.length > 0) return { removed: 0, usedBy }
    for (const { id } of versions) this.stored.delete(id)
    return { removed: versions.length, usedBy }
  }

  /** The newest first. */
  private versionsOf(name: string): Stored[] {
    return [...this.stored.values()]
      .filter((each) => each.name === name && each.version !== undefined)
      .sort((a, b) => (b.version ?? 0) - (a.version ?? 0))
  }
}

const join = ({ chunks }: Stored): Uint8Array => Buffer.concat(chunks)

function toDataset(stored: Stored, versions: readonly Stored[]): Dataset {
  return {
    ...identify(stored),
    ...stored.content,
    versions: versions.map((each) => {
      const { version, digest, sizeBytes, createdAt } = identify(each)
      return { version, digest, sizeBytes, createdAt }
    }),
  }
}

function toSummary(stored: Stored): DatasetSummary {
  const { height, width, channels, classNames, splits, checks } = stored.content
  return {
    ...identify(stored),
    ...{ height, width, channels },
    classes: classNames.length,
    images: {
      train: splits.train.images,
      validation: splits.validation.images,
      test: splits.test.images,
    },
    warnings: checks.filter(({ severity }) => severity === 'warning').length,
  }
}

const identify = ({ name, version = 0, digest, sizeBytes, createdAt }: Stored) => ({
  name,
  version,
  digest,
  sizeBytes,
  createdAt,
})
