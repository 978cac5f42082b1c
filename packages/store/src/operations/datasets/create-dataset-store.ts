import type { DatasetStore } from '@sweepd/scheduler'
import type { Database } from '../../database.js'
import { findBytes, findDataset, listDatasets, readBytes } from './read-datasets.js'
import { removeDataset } from './remove-dataset.js'
import {
  abandonUpload,
  appendChunk,
  beginUpload,
  finishUpload,
  removeBrokenUploads,
} from './upload-dataset.js'

/** The data sets of a database. */
export const createDatasetStore = (database: Database): DatasetStore => ({
  beginUpload: (dataset) => beginUpload(database, dataset),
  appendChunk: (id, number, data) => appendChunk(database, id, number, data),
  finishUpload: (id) => finishUpload(database, id),
  abandonUpload: (id) => abandonUpload(database, id),
  removeBrokenUploads: (silentMs) => removeBrokenUploads(database, silentMs),
  findDataset: (reference) => findDataset(database, reference),
  listDatasets: () => listDatasets(database),
  findBytes: (digest) => findBytes(database, digest),
  readBytes: (id, start, end) => readBytes(database, id, start, end),
  removeDataset: (reference) => removeDataset(database, reference),
})
