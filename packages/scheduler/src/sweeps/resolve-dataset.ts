import {
  DATASET_FACTS,
  DATASET_NAMES,
  type DatasetFacts,
  type FieldProblem,
  factsOf,
  formatDatasetReference,
  InvalidInputError,
  isBuiltIn,
  listOversizedSizes,
  nearestName,
  parseDatasetReference,
  type SweepDefinition,
} from '@sweepd/core'
import type { DatasetStore } from '../dataset-ports.js'

/** Where data sets of one's own are looked up. */
export type DatasetCatalogue = Pick<DatasetStore, 'findDataset' | 'listDatasets'>

/** The data set of a sweep: what networks are judged with, and what identifies its content. */
export interface SweepData {
  /** As it is stored: with its version, if a person has added it. */
  readonly dataset: string
  /** Undefined if it comes with sweepd. */
  readonly digest: string | undefined
  readonly facts: DatasetFacts
}

/**
 * Finds what a definition trains on; `letters` becomes its newest version, which the sweep keeps.
 * @throws InvalidInputError if there is no such data set, or a field asks for more images than it has
 */
export async function resolveDataset(
  { dataset, ...parts }: Pick<SweepDefinition, 'dataset' | 'validationSize' | 'space' | 'fixed'>,
  catalogue: DatasetCatalogue,
): Promise<SweepData> {
  if (isBuiltIn(dataset)) return { dataset, digest: undefined, facts: DATASET_FACTS[dataset] }
  const reference = parseDatasetReference(dataset)
  const found = reference && (await catalogue.findDataset(reference))
  if (found === undefined) throw new InvalidInputError([await describeMissing(dataset, catalogue)])
  const facts = factsOf(found)
  const resolved = formatDatasetReference(found.name, found.version)
  const problems = listOversizedSizes(parts, resolved, facts)
  if (problems.length > 0) throw new InvalidInputError(problems)
  return { dataset: resolved, digest: found.digest, facts }
}

async function describeMissing(dataset: string, catalogue: DatasetCatalogue): Promise<FieldProblem> {
  const own = (await catalogue.listDatasets()).flatMap(({ name, version }) => [
    name,
    formatDatasetReference(name, version),
  ])
  const near = nearestName(dataset, [...DATASET_NAMES, ...own])
  const hint = near === undefined ? '' : ` Did you mean ${near}?`
  return {
    pointer: '#/dataset',
    detail: `there is no data set ${dataset}.${hint} Built in are ${DATASET_NAMES.join(' and ')}; npx sweepd data add, or POST /datasets, adds yours, and data list shows them`,
  }
}
