import {
  ConflictError,
  type Dataset,
  type DatasetReference,
  InvalidInputError,
  NotFoundError,
  parseDatasetReference,
} from '@sweepd/core'
import type { SweepStore } from '../ports.js'

/**
 * The data set that a text such as `letters` or `letters@2` names; without a version the newest.
 * @throws NotFoundError naming it
 */
export async function getDataset({ datasets }: SweepStore, text: string): Promise<Dataset> {
  const dataset = await datasets.findDataset(parseReference(text))
  if (dataset === undefined) throw notFound(text)
  return dataset
}

/**
 * Removes `letters@2`, or with `letters` all of its versions.
 * @throws NotFoundError; ConflictError naming a sweep that has not ended and trains on it
 */
export async function removeDataset({ datasets }: SweepStore, text: string): Promise<number> {
  const removal = await datasets.removeDataset(parseReference(text))
  if (removal === undefined) throw notFound(text)
  const [first, ...others] = removal.usedBy
  if (first === undefined) return removal.removed
  const more = others.length === 0 ? '' : ` and ${others.length} more`
  throw new ConflictError(
    `The data set ${text} cannot be removed: the sweep ${first}${more} trains on it. Cancel it first, or wait for its end.`,
    { name: 'cancel', sweepId: first },
  )
}

function parseReference(text: string): DatasetReference {
  const reference = parseDatasetReference(text)
  if (reference === undefined) throw notFound(text)
  return reference
}

const notFound = (text: string) =>
  new NotFoundError('data set', text, 'GET /datasets, or npx sweepd data list, shows those that there are.')

/** Why a sweep cannot be stored whose data set was removed after the sweep was checked. */
export const datasetGone = (dataset: string): InvalidInputError =>
  new InvalidInputError([
    {
      pointer: '#/dataset',
      detail: `${dataset} was removed meanwhile; GET /datasets shows those that there are`,
    },
  ])
