import type { Dataset, DatasetContent, DatasetReference, DatasetSummary } from '@sweepd/core'

/** Bytes of a chunk, but for the last one: a chunk is what is held in memory at once. */
export const DATASET_CHUNK_BYTES = 1024 ** 2

/** A data set that is about to be uploaded. */
export interface NewDataset {
  readonly id: string
  readonly name: string
  readonly digest: string
  readonly content: DatasetContent
  readonly sizeBytes: number
}

/** Where the bytes of a data set are. */
export interface DatasetBytes {
  readonly id: string
  readonly digest: string
  readonly sizeBytes: number
  readonly content: DatasetContent
}

/** A data set after its upload: the new version, or an earlier one with the same content. */
export interface AddedDataset {
  readonly version: number
  readonly isNew: boolean
}

/**
 * Where the data sets are stored that people add. Each method is one transaction. A data set exists for others only once
 * its upload is finished; its content never changes.
 */
export interface DatasetStore {
  /** Begins an upload. */
  beginUpload(dataset: NewDataset): Promise<void>
  /** Stores the next chunk, counted from 0. Returns false if the upload is gone. */
  appendChunk(id: string, number: number, data: Uint8Array): Promise<boolean>
  /**
   * Makes an upload a version of its name: the next one, unless a version has the same digest, which then stays and the
   * upload goes. Returns undefined, and removes nothing, if the upload is gone or bytes are missing.
   */
  finishUpload(id: string): Promise<AddedDataset | undefined>
  /** Forgets an upload that has not been finished. */
  abandonUpload(id: string): Promise<void>
  /** The same for all that got no chunk for so long; returns how many. */
  removeBrokenUploads(silentMs: number): Promise<number>

  /** This version, or the newest. */
  findDataset(reference: DatasetReference): Promise<Dataset | undefined>
  /** Every version, by name, the newest first. */
  listDatasets(): Promise<readonly DatasetSummary[]>
  /** Any data set with this content. */
  findBytes(digest: string): Promise<DatasetBytes | undefined>
  /** Bytes `start` to `end` (exclusive) of a data set, within `sizeBytes`. @throws Error if it was removed */
  readBytes(id: string, start: number, end: number): Promise<Uint8Array>
  /**
   * Removes this version, or all of them, unless a sweep that has not ended trains on one of them. Returns the ids of those sweeps and
   * how many versions were removed; undefined if there are none.
   */
  removeDataset(reference: DatasetReference): Promise<DatasetRemoval | undefined>
}

/** What became of the request to remove a data set. */
export interface DatasetRemoval {
  readonly removed: number
  /** Sweeps that have not ended and train on it, the oldest first. */
  readonly usedBy: readonly string[]
}
