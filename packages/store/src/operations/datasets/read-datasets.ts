import { type Dataset, type DatasetReference, type DatasetSummary, datasetContentSchema } from '@sweepd/core'
import { DATASET_CHUNK_BYTES, type DatasetBytes } from '@sweepd/scheduler'
import type { Database } from '../../database.js'
import { Prisma } from '../../generated/client.js'

interface VersionRow {
  readonly name: string
  readonly version: number
  readonly digest: string
  /** Postgres' bigint comes as text. */
  readonly sizeBytes: string
  readonly createdAt: Date
}

const VERSION = Prisma.sql`
  name, version, digest, size_bytes AS "sizeBytes", created_at AS "createdAt"`

/** This version, or the newest, with the list of all versions. */
export async function findDataset(
  database: Database,
  { name, version }: DatasetReference,
): Promise<Dataset | undefined> {
  const rows = await database.query<VersionRow & { readonly id: string }>(Prisma.sql`
    SELECT id, ${VERSION} FROM dataset WHERE name = ${name} AND state = 'ready' ORDER BY version DESC`)
  const row = rows.find((each) => version === undefined || each.version === version)
  if (row === undefined) return undefined
  const [stored] = await database.query<{ content: unknown }>(Prisma.sql`
    SELECT content FROM dataset WHERE id = ${row.id}::uuid`)
  if (stored === undefined) return undefined
  return {
    ...toVersion(row),
    ...datasetContentSchema.parse(stored.content),
    versions: rows.map((each) => {
      const { name: _, ...others } = toVersion(each)
      return others
    }),
  }
}

/** Every version of every data set, without the lists of classes, which can be long. */
export async function listDatasets(database: Database): Promise<DatasetSummary[]> {
  const rows = await database.query<VersionRow & Omit<DatasetSummary, keyof VersionRow>>(Prisma.sql`
    SELECT ${VERSION}, (content ->> 'height')::int AS height, (content ->> 'width')::int AS width,
           (content ->> 'channels')::int AS channels, jsonb_array_length(content -> 'classNames') AS classes,
           jsonb_build_object(
             'train', content #> '{splits,train,images}', 'validation', content #> '{splits,validation,images}',
             'test', content #> '{splits,test,images}'
           ) AS images,
           jsonb_array_length(jsonb_path_query_array(content, '$.checks[*] ? (@.severity == "warning")')) AS warnings
    FROM dataset WHERE state = 'ready' ORDER BY name, version DESC`)
  return rows.map((row) => ({ ...row, ...toVersion(row) }))
}

/** What networks are judged with, as core's DatasetFacts, of the content with this digest; null if there is none. */
export const selectFacts = (digest: Prisma.Sql): Prisma.Sql => Prisma.sql`(
  SELECT jsonb_build_object(
    'imageHeight', content -> 'height', 'imageWidth', content -> 'width', 'channels', content -> 'channels',
    'classes', jsonb_array_length(content -> 'classNames'), 'trainSize', content #> '{splits,train,images}',
    'validationSize', content #> '{splits,validation,images}', 'testSize', content #> '{splits,test,images}'
  ) FROM dataset WHERE digest = ${digest} AND state = 'ready' LIMIT 1
)`

/** Where the bytes of this content are; the newest of several. */
export async function findBytes(database: Database, digest: string): Promise<DatasetBytes | undefined> {
  const [row] = await database.query<{ id: string; sizeBytes: string; content: unknown }>(Prisma.sql`
    SELECT id, size_bytes AS "sizeBytes", content FROM dataset
    WHERE digest = ${digest} AND state = 'ready' ORDER BY created_at DESC LIMIT 1`)
  if (row === undefined) return undefined
  const content = datasetContentSchema.parse(row.content)
  return { id: row.id, digest, sizeBytes: Number(row.sizeBytes), content }
}

/** Reads the parts of the chunks that hold these bytes: Postgres sends no more than that. */
export async function readBytes(
  database: Database,
  id: string,
  start: number,
  end: number,
): Promise<Uint8Array> {
  if (end <= start) return new Uint8Array()
  const [first, last] = [Math.floor(start / DATASET_CHUNK_BYTES), Math.floor((end - 1) / DATASET_CHUNK_BYTES)]
  const rows = await database.prepared<{ data: Uint8Array }>(Prisma.sql`
    SELECT substring(
             data FROM greatest(${start}::bigint - number::bigint * ${DATASET_CHUNK_BYTES}::int, 0)::int + 1
             FOR (least(${end}::bigint, (number + 1)::bigint * ${DATASET_CHUNK_BYTES}::int)
                  - greatest(${start}::bigint, number::bigint * ${DATASET_CHUNK_BYTES}::int))::int
           ) AS data
    FROM dataset_chunk
    WHERE dataset_id = ${id}::uuid AND number BETWEEN ${first}::int AND ${last}::int ORDER BY number`)
  const bytes = Buffer.concat(rows.map(({ data }) => data))
  if (bytes.length !== end - start)
    throw new Error(`bytes ${start} to ${end} of data set ${id} are not there: it was removed meanwhile`)
  return bytes
}

const toVersion = ({ name, version, digest, sizeBytes, createdAt }: VersionRow) => ({
  name,
  version,
  digest,
  sizeBytes: Number(sizeBytes),
  createdAt: createdAt.toISOString(),
})
