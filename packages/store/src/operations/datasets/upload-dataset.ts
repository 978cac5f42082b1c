import type { AddedDataset, NewDataset } from '@sweepd/scheduler'
import { type Database, LONG_MS, type Queryable } from '../../database.js'
import { Prisma } from '../../generated/client.js'

/** Begins an upload: nobody but its uploader sees it. */
export async function beginUpload(
  database: Database,
  { id, name, digest, content, sizeBytes }: NewDataset,
): Promise<void> {
  await database.execute(Prisma.sql`
    INSERT INTO dataset (id, name, digest, content, size_bytes)
    VALUES (${id}::uuid, ${name}, ${digest}, ${JSON.stringify(content)}::jsonb, ${sizeBytes}::bigint)`)
}

/** Stores a chunk, once however often it is sent; false if the upload is gone or finished. */
export async function appendChunk(
  database: Database,
  id: string,
  number: number,
  data: Uint8Array,
): Promise<boolean> {
  const rows = await database.prepared(Prisma.sql`
    WITH upload AS (
      UPDATE dataset SET received_at = now() WHERE id = ${id}::uuid AND state = 'uploading' RETURNING id
    ), chunk AS (
      INSERT INTO dataset_chunk (dataset_id, number, data)
      SELECT id, ${number}::int, ${data}::bytea FROM upload
      ON CONFLICT (dataset_id, number) DO UPDATE SET data = excluded.data
    )
    SELECT id FROM upload`)
  return rows.length > 0
}

/**
 * Makes an upload the next version of its name, or drops it for the version that has its content. Racing uploads of one
 * name follow each other by a lock on the name.
 */
export function finishUpload(database: Database, id: string): Promise<AddedDataset | undefined> {
  return database.transaction(
    async (transaction) => {
      const upload = await lockUpload(transaction, id)
      if (upload === undefined) return undefined
      const { name, digest } = upload
      const [same] = await transaction.query<{ version: number }>(Prisma.sql`
        SELECT version FROM dataset WHERE name = ${name} AND digest = ${digest} AND state = 'ready'`)
      if (same !== undefined) {
        await transaction.execute(Prisma.sql`DELETE FROM dataset WHERE id = ${id}::uuid`)
        return { version: same.version, isNew: false }
      }
      const [added] = await transaction.query<{ version: number }>(Prisma.sql`
        UPDATE dataset SET state = 'ready', created_at = now(), version = 1 + coalesce(
          (SELECT max(version) FROM dataset other WHERE other.name = ${name}), 0
        ) WHERE id = ${id}::uuid RETURNING version`)
      return added && { version: added.version, isNew: true }
    },
    { statementMs: LONG_MS },
  )
}

/** The upload, with its name locked, if all of its bytes are there. */
async function lockUpload(
  transaction: Queryable,
  id: string,
): Promise<{ readonly name: string; readonly digest: string } | undefined> {
  const [upload] = await transaction.query<{ name: string; digest: string; isWhole: boolean }>(Prisma.sql`
    SELECT name, digest, size_bytes = (
      SELECT coalesce(sum(octet_length(data)), 0) FROM dataset_chunk WHERE dataset_id = dataset.id
    ) AS "isWhole"
    FROM dataset WHERE id = ${id}::uuid AND state = 'uploading' FOR UPDATE`)
  if (!upload?.isWhole) return undefined
  await transaction.query(
    Prisma.sql`SELECT 1 AS locked FROM pg_advisory_xact_lock(hashtextextended('dataset ' || ${upload.name}, 0))`,
  )
  return upload
}

/** Forgets an upload that has not been finished, with its chunks. */
export async function abandonUpload(database: Database, id: string): Promise<void> {
  await database.transaction(
    (transaction) =>
      transaction.execute(Prisma.sql`DELETE FROM dataset WHERE id = ${id}::uuid AND state = 'uploading'`),
    { statementMs: LONG_MS },
  )
}

/** The same for all uploads that got nothing for so long. */
export async function removeBrokenUploads(database: Database, silentMs: number): Promise<number> {
  const [found] = await database.prepared(Prisma.sql`
    SELECT id FROM dataset
    WHERE state = 'uploading' AND received_at < now() - ${silentMs}::float8 * interval '1 ms' LIMIT 1`)
  if (found === undefined) return 0
  return database.transaction(
    (transaction) =>
      transaction.execute(Prisma.sql`
        DELETE FROM dataset
        WHERE state = 'uploading' AND received_at < now() - ${silentMs}::float8 * interval '1 ms'`),
    { statementMs: LONG_MS },
  )
}
