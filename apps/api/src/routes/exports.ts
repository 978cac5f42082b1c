import { Readable } from 'node:stream'
import type { Sweep } from '@sweepd/core'
import type { SchedulerPorts } from '@sweepd/scheduler'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { EXPORT_COLUMNS, EXPORT_SUBJECTS } from '../exports/export-columns.js'
import { EXPORT_FORMATS, EXPORT_TYPES, formatRows } from '../exports/format-rows.js'
import { readRows } from '../exports/read-rows.js'
import { problems } from './document-answers.js'
import { getById, idParameter } from './ids.js'

/** `/sweeps/{id}/export`: a sweep as a file for other programs, streamed. */
export const exportRoutes: FastifyPluginAsyncZod<Pick<SchedulerPorts, 'store'>> = async (app, { store }) => {
  app.get('/sweeps/:id/export', { schema: exportSchema }, async ({ params, query }, reply) => {
    const { format, of } = query
    const sweep = await getById('sweep', params.id, (id) => store.findSweep(id))
    const text = formatRows(readRows(store, sweep.id, of), format, EXPORT_COLUMNS[of])
    return reply
      .type(EXPORT_TYPES[format])
      .header('content-disposition', `attachment; filename="${toFileName(sweep, `${of}.${format}`)}"`)
      .header('cache-control', 'no-store')
      .send(Readable.from(text, { objectMode: true, highWaterMark: 1 }))
  })
}

/** The name and the beginning of the id, in letters that every file system and header takes. */
function toFileName({ name, id }: Sweep, ending: string): string {
  const plain = name
    .normalize('NFKD')
    .replaceAll(/[^A-Za-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
  return `${[plain.slice(0, 60), id.slice(0, 8)].filter((part) => part !== '').join('-')}-${ending}`
}

const exportSchema = {
  tags: ['views'],
  summary: 'A sweep as a file: its trials, or the epochs of its trials',
  description:
    'Streamed in order of the number of the trials, whatever their count. ' +
    `Columns of trials: ${EXPORT_COLUMNS.trials.join(', ')}. Columns of epochs: ${EXPORT_COLUMNS.epochs.join(', ')}. ` +
    'CSV follows RFC 4180, with the names of the columns in its first line, arrays and objects as JSON, and nothing ' +
    'for null; a text that a spreadsheet would run as a formula begins with an apostrophe. JSONL has one object a line. ' +
    'If the connection breaks before its end, the file is incomplete.',
  params: idParameter,
  querystring: z.strictObject({
    format: z.enum(EXPORT_FORMATS, { error: `format is one of ${EXPORT_FORMATS.join(', ')}` }).default('csv'),
    of: z
      .enum(EXPORT_SUBJECTS, { error: `of is one of ${EXPORT_SUBJECTS.join(', ')}` })
      .default('trials')
      .describe('a row for each trial, or for each epoch since its trial began or was last retried'),
  }),
  response: {
    200: {
      description: 'The file',
      content: {
        'text/csv': { schema: z.string() as z.ZodType },
        'application/jsonl': { schema: z.string() as z.ZodType },
      },
    },
    ...problems(400, 404),
  },
}
