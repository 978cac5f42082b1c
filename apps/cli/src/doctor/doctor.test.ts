import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkData, checkDisk, checkNode } from './check-machine.js'
import { describeDatabase } from './check-services.js'

const REPORT = { serverVersion: '18.4', missing: [], unknown: [], oldTransactions: [] }
const verdicts = (report: Parameters<typeof describeDatabase>[1]) =>
  Object.fromEntries(describeDatabase('Postgres', report).map(({ topic, verdict }) => [topic, verdict]))

describe('sweepd doctor', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sweepd-doctor-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it.each([
    ['20.19.0', 'ok'],
    ['24.1.0', 'ok'],
    ['20.18.9', 'fault'],
    ['18.20.1', 'fault'],
  ])('takes Node %s as %s', (version, verdict) => {
    expect(checkNode(version).verdict).toBe(verdict)
  })

  it('finds the disk of a data folder that does not exist yet', async () => {
    const { text } = await checkDisk({ SWEEPD_DATA_DIR: join(folder, 'a', 'b') })
    expect(text).toMatch(/^\d+\.\d GB free for /)
  })

  it('downloads nothing, and names what a configured folder of images lacks', async () => {
    expect(await checkData({ SWEEPD_DATA_DIR: folder, FASHION_MNIST_DIR: undefined })).toMatchObject({
      verdict: 'ok',
      text: expect.stringContaining('not here yet'),
    })
    expect(await checkData({ SWEEPD_DATA_DIR: folder, FASHION_MNIST_DIR: folder })).toMatchObject({
      verdict: 'fault',
      text: expect.stringContaining('there is no train-images-idx3-ubyte.gz'),
    })
  })

  it('judges a database by its version, its migrations and its old transactions', () => {
    expect(verdicts(REPORT)).toEqual({ database: 'ok', schema: 'ok', transactions: 'ok' })
    expect(verdicts({ ...REPORT, serverVersion: '12.2' })).toMatchObject({ database: 'fault' })
    expect(verdicts({ ...REPORT, missing: ['1_a'] })).toMatchObject({ schema: 'warning' })
    expect(verdicts({ ...REPORT, unknown: ['9_more'] })).toMatchObject({ schema: 'warning' })
    expect(verdicts({ ...REPORT, unknown: ['9_other_breaking'] })).toMatchObject({ schema: 'fault' })
    const old = { pid: 7, application: 'psql', state: 'idle in transaction', seconds: 600 }
    const [, , held] = describeDatabase('Postgres', { ...REPORT, oldTransactions: [old] })
    expect(held).toMatchObject({
      verdict: 'warning',
      text: expect.stringContaining('psql has had one open for 10 minutes'),
      remedy: expect.stringContaining('pg_terminate_backend(7)'),
    })
  })
})
