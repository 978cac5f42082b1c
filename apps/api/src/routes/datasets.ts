import { datasetListSchema, datasetSchema, SPLITS } from '@sweepd/core'
import type { ImportOptions } from '@sweepd/dataset'
import {
  addDataset,
  checkDatasetName,
  getDataset,
  removeDataset,
  type SchedulerPorts,
} from '@sweepd/scheduler'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { importUpload } from '../datasets/import-upload.js'
import { drawDatasetSheet, readPng } from '../datasets/read-pictures.js'
import { receiveBody } from '../datasets/receive-body.js'
import { CANONICAL_TYPE, receiveCanonical } from '../datasets/receive-canonical.js'
import { HttpError } from '../problems/http-error.js'
import { answer, problems } from './document-answers.js'
import { flag } from './query-parameters.js'

/** What the routes of data sets need. */
export interface DatasetRoutesOptions extends Pick<SchedulerPorts, 'store'> {
  /** Of one data set, and of one upload. */
  readonly maxBytes: number
  /** Uploads that are to be imported lie there meanwhile. */
  readonly dataDir: string
}

/** `/datasets`: images that people add. */
export const datasetRoutes: FastifyPluginAsyncZod<DatasetRoutesOptions> = async (app, options) => {
  const { store, maxBytes, dataDir } = options
  // Bodies are read by the handler, piece by piece.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))

  app.post('/datasets', { schema: addSchema, config: { isStreamed: true } }, async (request, reply) => {
    const { name, ...query } = request.query
    const body = receiveBody(request, maxBytes)
    try {
      checkDatasetName(name)
      const add = (upload: Parameters<typeof addDataset>[1]) => addDataset(store, upload)
      const isCanonical = request.headers['content-type']?.split(';')[0]?.trim() === CANONICAL_TYPE
      const { dataset, isNew } = isCanonical
        ? await add(await receiveCanonical(name, body))
        : await importUpload(dataDir, { name, ...toImport(query, maxBytes) }, body, add)
      if (isNew)
        request.log.info({ name, version: dataset.version, digest: dataset.digest }, 'data set added')
      return reply
        .code(isNew ? 201 : 200)
        .header('location', `/datasets/${name}@${dataset.version}`)
        .send(dataset)
    } finally {
      // What was not read is let through, so that its sender reads the answer.
      await body.return(undefined)
      request.raw.resume()
    }
  })

  app.get('/datasets', { schema: listSchema }, async () => ({ items: await store.datasets.listDatasets() }))

  app.get('/datasets/:name', { schema: getSchema }, ({ params }) => getDataset(store, params.name))

  app.get('/datasets/:name/sheet.png', { schema: sheetSchema }, async ({ params, query }, reply) => {
    const dataset = await getDataset(store, params.name)
    const png = await drawDatasetSheet(store.datasets, dataset, query)
    return reply.type('image/png').header('cache-control', 'private, max-age=60').send(png)
  })

  app.get('/datasets/:name/images/:split/:index.png', { schema: imageSchema }, async ({ params }, reply) => {
    const dataset = await getDataset(store, params.name)
    const split = SPLITS.find((known) => known === params.split)
    if (split === undefined || !/^\d{1,9}$/.test(params.index))
      throw new HttpError(
        404,
        'no-route',
        `Images have addresses such as /datasets/${dataset.name}/images/train/0.png; the splits are ${SPLITS.join(', ')}.`,
      )
    const png = await readPng(store.datasets, dataset, split, Number(params.index))
    return reply.type('image/png').header('cache-control', 'private, max-age=60').send(png)
  })

  app.delete('/datasets/:name', { schema: removeSchema }, async ({ params, log }, reply) => {
    const versions = await removeDataset(store, params.name)
    log.info({ name: params.name, versions }, 'data set removed')
    return reply.code(204).send(null)
  })
}

function toImport(
  query: Omit<AddQuery, 'name'>,
  maxBytes: number,
): { fileName: string; options: ImportOptions } {
  const { file, shape, resize, resizeMode, grey, strict, classNames, ...split } = query
  if (file === undefined)
    throw new HttpError(
      400,
      'invalid-dataset',
      `The query parameter file is missing: the name of the file that you send, such as letters.zip, tells what it is. (The body is a data set in canonical form if its content type is ${CANONICAL_TYPE}.)`,
    )
  const size = resize && { height: resize[0] ?? 0, width: resize[1] ?? 0, mode: resizeMode }
  const options = { grey, strict, split, maxBytes, ...(size && { resize: size }) }
  return {
    fileName: file,
    options: {
      ...options,
      ...(shape && { shape: shape as [number, number] }),
      ...(classNames && { classNames }),
    },
  }
}

const tags = ['data sets']
const nameParameter = z.strictObject({
  name: z.string().describe('letters for its newest version, or letters@2'),
})

const SIDES = 'is height and width in pixels, such as 28x28, each from 8 to 256'
const sides = (max: number) =>
  z
    .string()
    .regex(max === 3 ? /^\d{1,3}x\d{1,3}(x[1-4])?$/ : /^\d{1,3}x\d{1,3}$/, SIDES)
    .transform((text) => text.split('x').map(Number))
    .refine(([height = 0, width = 0]) => [height, width].every((side) => side >= 8 && side <= 256), SIDES)
const SEED = 'seed is a whole number from 0 to 4294967295'
const SHARE = 'is a share between 0 and 1'
const share = z
  .string()
  .regex(/^0?\.\d{1,15}$/, SHARE)
  .transform(Number)
  .refine((value) => value > 0, SHARE)

const addQuerySchema = z.strictObject({
  name: z.string({ error: 'name is missing: how sweeps will name the data set' }),
  file: z
    .string()
    .regex(
      /^[\p{L}\p{N} ()+,_=-][\p{L}\p{N} ()+,._=-]{0,199}$/u,
      'is the name of a file without its folder, such as letters.zip',
    )
    .optional()
    .describe('name of the file that is sent: zip, tar, tar.gz, npz or csv'),
  shape: sides(3).optional().describe('of images that come as rows of numbers: 28x28 or 28x28x3'),
  resize: sides(2).optional().describe('gives all images one size: 32x32'),
  resizeMode: z
    .enum(['fit', 'crop', 'pad'], {
      error: 'is fit (stretched), crop (filled, the overhang cut off) or pad (whole, on black)',
    })
    .default('fit'),
  grey: flag.default(false).describe('one channel instead of three'),
  strict: flag
    .default(false)
    .describe('refuse what is otherwise a warning, such as leakage between the splits'),
  seed: z
    .string()
    .regex(/^\d{1,10}$/, SEED)
    .transform(Number)
    .refine((seed) => seed < 2 ** 32, SEED)
    .optional()
    .describe('draws the split, where none is given'),
  validationShare: share.optional(),
  testShare: share.optional(),
  stratify: flag.optional().describe('draw the same share of each class'),
  classNames: z
    .string()
    .transform((text) => text.split(',').map((name) => name.trim()))
    .refine(
      (names) => names.length >= 2 && names.every((name) => name !== '' && name.length <= 200),
      'is a list of 2 or more names, separated by commas',
    )
    .optional()
    .describe('by class number, for labels that are numbers'),
})
type AddQuery = z.output<typeof addQuerySchema>

const addSchema = {
  tags,
  summary: 'Add a data set',
  description:
    'The body is a file of images, streamed: a zip or tar of pictures with a folder for each class, an npz, or a CSV. It is checked as ' +
    'a whole; nothing is stored unless all of it could be read. Content that a version of this name already has answers ' +
    'that version with 200; other content makes the next version. ' +
    `With the content type ${CANONICAL_TYPE} the body is a data set that was imported elsewhere: its manifest as one ` +
    'line of JSON, then its bytes; npx sweepd data add sends it so.',
  querystring: addQuerySchema,
  consumes: ['application/octet-stream', 'application/zip', CANONICAL_TYPE],
  response: {
    200: answer('The version that has this content already', datasetSchema),
    201: answer('The new version; Location is its address', datasetSchema),
    ...problems(400, 408, 413, 507),
  },
}

const listSchema = {
  tags,
  summary: 'Data sets that were added, in every version',
  response: { 200: answer('All of them', datasetListSchema) },
}

const getSchema = {
  tags,
  summary: 'One data set: counts by split and class, shape, mean and deviation, checks, versions',
  params: nameParameter,
  response: { 200: answer('The data set', datasetSchema), ...problems(404) },
}

const png = (description: string) => ({
  description,
  content: { 'image/png': { schema: z.string() as z.ZodType } },
})

const sheetSchema = {
  tags,
  summary: 'A contact sheet: the first images of each class with its label',
  params: nameParameter,
  querystring: z.strictObject({
    split: z.enum(SPLITS, { error: `split is one of ${SPLITS.join(', ')}` }).default('train'),
    from: z
      .string()
      .regex(/^\d{1,3}$/, 'from is the number of a class, 0 or more')
      .transform(Number)
      .default(0)
      .describe('the first class; a sheet has fifty'),
  }),
  response: { 200: png('The sheet'), ...problems(400, 404) },
}

const imageSchema = {
  tags,
  summary: 'One image as PNG',
  params: z.strictObject({
    name: z.string().describe('letters for its newest version, or letters@2'),
    split: z.string().describe(`one of ${SPLITS.join(', ')}`),
    index: z.string().describe('counted from 0'),
  }),
  response: { 200: png('The image, with each of its pixels'), ...problems(404) },
}

const removeSchema = {
  tags,
  summary: 'Remove a data set, or one version of it',
  description: 'Refused while a sweep that has not ended trains on it.',
  params: nameParameter,
  response: { 204: z.null().describe('It is gone'), ...problems(404, 409) },
}
