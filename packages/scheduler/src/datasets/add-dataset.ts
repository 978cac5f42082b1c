import { randomUUID } from 'node:crypto'
import {
  DATASET_NAMES,
  type Dataset,
  type DatasetContent,
  InvalidInputError,
  isBuiltIn,
  OWN_DATASET_NAME,
  UnavailableError,
} from '@sweepd/core'
import { DATASET_CHUNK_BYTES } from '../dataset-ports.js'
import type { SweepStore } from '../ports.js'

/** A data set to add: what is known of it, and its bytes as they come. */
export interface DatasetUpload {
  readonly name: string
  readonly digest: string
  readonly content: DatasetContent
  readonly sizeBytes: number
  /** In pieces of any size. Whoever reads them to the end has checked them: it throws if they are not what `digest` says. */
  readonly pieces: AsyncIterable<Uint8Array>
}

/** The data set after the upload, and whether this upload made it. */
export interface AddedResult {
  readonly dataset: Dataset
  readonly isNew: boolean
}

/**
 * Stores a data set under a name: the next version, or the one that has the same content already. If anything fails,
 * nothing is left of it. Holds one chunk in memory.
 * @throws InvalidInputError for a name that cannot be used; what `pieces` throws
 */
export async function addDataset(
  { datasets }: SweepStore,
  { name, digest, content, sizeBytes, pieces }: DatasetUpload,
): Promise<AddedResult> {
  checkDatasetName(name)
  const id = randomUUID()
  await datasets.beginUpload({ id, name, digest, content, sizeBytes })
  try {
    let number = 0
    for await (const chunk of cutChunks(pieces)) {
      if (!(await datasets.appendChunk(id, number++, chunk))) throw lostUpload(name)
    }
    const added = await datasets.finishUpload(id)
    if (added === undefined) throw lostUpload(name)
    const dataset = await datasets.findDataset({ name, version: added.version })
    if (dataset === undefined) throw lostUpload(name)
    return { dataset, isNew: added.isNew }
  } catch (error) {
    // If this fails too, reconcile removes it.
    await datasets.abandonUpload(id).catch(() => {})
    throw error
  }
}

/** @throws InvalidInputError for a name that no data set of one's own may have */
export function checkDatasetName(name: string): void {
  const refuse = (detail: string) => new InvalidInputError([{ pointer: '#/name', detail }])
  if (!OWN_DATASET_NAME.test(name))
    throw refuse(
      'name is 1 to 64 letters, digits, points, hyphens and underscores, and begins with a letter or digit',
    )
  if (isBuiltIn(name)) throw refuse(`${DATASET_NAMES.join(' and ')} are built in; choose another name`)
}

const lostUpload = (name: string) =>
  new UnavailableError(
    'store',
    `The upload of ${name} was removed because nothing came for minutes; send it again.`,
  )

/** The same bytes in pieces of one size, but for the last. */
async function* cutChunks(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let chunk = Buffer.allocUnsafe(DATASET_CHUNK_BYTES)
  let filled = 0
  for await (const piece of pieces) {
    for (let taken = 0; taken < piece.length; ) {
      const part = piece.subarray(taken, taken + DATASET_CHUNK_BYTES - filled)
      chunk.set(part, filled)
      filled += part.length
      taken += part.length
      if (filled < DATASET_CHUNK_BYTES) continue
      yield chunk
      chunk = Buffer.allocUnsafe(DATASET_CHUNK_BYTES)
      filled = 0
    }
  }
  if (filled > 0) yield chunk.subarray(0, filled)
}
