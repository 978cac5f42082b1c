import { startTestPostgres } from '@sweepd/testing'
import pg from 'pg'
import type { QueueFixture } from './queue-fixture.js'
import { describeTrialQueue } from './trial-queue.contract.js'

async function openFixture(): Promise<QueueFixture> {
  const server = await startTestPostgres()
  return {
    server,
    connection: { databaseUrl: server.url },
    wipe: () => runSql(server.url, 'DROP SCHEMA IF EXISTS bullmq CASCADE'),
    loseJobs: () => runSql(server.url, 'TRUNCATE bullmq.job CASCADE'),
  }
}

async function runSql(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

describeTrialQueue('the trial queue on Postgres', openFixture)
