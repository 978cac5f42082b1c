import { z } from 'zod'

/** A name of a data set of one's own: it stands in addresses and on command lines as it is. */
export const OWN_DATASET_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

/** The three parts of a data set. */
export const SPLITS = ['train', 'validation', 'test'] as const
/** One of the three parts of a data set. */
export type Split = (typeof SPLITS)[number]

/** In sweeps and trials: what tells two versions of one name apart for good. */
export const datasetDigestSchema = z
  .string()
  .nullable()
  .describe('SHA-256 (hex) of the data set if it was added by a person; null if it is built in')

const splitSchema = z
  .strictObject({
    images: z.int(),
    perClass: z.array(z.int()).describe('images of each class, by class number'),
  })
  .meta({ id: 'DatasetSplit' })

const checkSchema = z
  .strictObject({
    code: z.string().describe('which check, such as leakage'),
    severity: z.enum(['note', 'warning']),
    count: z.int().describe('how many images or classes it concerns'),
    detail: z.string().describe('one sentence for a person'),
  })
  .meta({ id: 'DatasetCheck' })

const identity = {
  name: z.string(),
  version: z.int().describe('counted from 1; other content under the same name is another version'),
  digest: z
    .string()
    .describe('SHA-256 (hex) of shape, class names, split and bytes: it identifies the content'),
  sizeBytes: z.int(),
  createdAt: z.iso.datetime(),
  height: z.int().describe('pixels'),
  width: z.int().describe('pixels'),
  channels: z.int(),
} as const

/** What is known of the content of a data set, and stored beside it. */
export const datasetContentSchema = z.object({
  height: identity.height,
  width: identity.width,
  channels: identity.channels,
  classNames: z.array(z.string()).describe('by class number'),
  splits: z.strictObject({ train: splitSchema, validation: splitSchema, test: splitSchema }),
  mean: z.array(z.number()).describe('of the training pixels from 0 to 1, by channel'),
  deviation: z.array(z.number()).describe('standard deviation of the same'),
  checks: z.array(checkSchema).describe('what the import found'),
})

/** What is known of the content of a data set without its pixels. */
export type DatasetContent = z.output<typeof datasetContentSchema>

/** One version of a data set with all that is known of it. */
export const datasetSchema = z
  .strictObject({
    ...identity,
    ...datasetContentSchema.shape,
    versions: z
      .array(
        z.strictObject({
          version: z.int(),
          digest: z.string(),
          sizeBytes: z.int(),
          createdAt: z.iso.datetime(),
        }),
      )
      .describe('all versions of this name, the newest first'),
  })
  .meta({ id: 'Dataset' })

/** One version of a data set with all that is known of it. */
export type Dataset = z.output<typeof datasetSchema>

const summarySchema = z
  .strictObject({
    ...identity,
    classes: z.int().describe('how many there are'),
    images: z.strictObject({ train: z.int(), validation: z.int(), test: z.int() }),
    warnings: z.int().describe('checks that found something to look at'),
  })
  .meta({ id: 'DatasetSummary' })

/** One version of a data set as lists show it. */
export type DatasetSummary = z.output<typeof summarySchema>

/** What `GET /datasets` returns. */
export const datasetListSchema = z
  .strictObject({ items: z.array(summarySchema).describe('every version, by name, the newest first') })
  .meta({ id: 'DatasetList' })
