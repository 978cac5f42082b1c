import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { failTrial, finishTrial, reportEpoch, startTrial } from '@sweepd/scheduler'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EXPORT_COLUMNS } from '../src/exports/export-columns.js'
import { json, openTestApp, type TestApp } from './open-test-app.js'

const PYTHON = process.env['PYTHON'] ?? 'python3'
const hasPandas = spawnSync(PYTHON, ['-c', 'import pandas']).status === 0
const LEASE_MS = 60_000
const MESSAGE = '=1+1, "loss" is NaN\nat step 3'

let api: TestApp
let sweepId = ''

/** Trial 0 is completed, 1 has failed, 2 waits. */
beforeAll(async () => {
  api = await openTestApp()
  sweepId = await createSweep('Größe; "a/b"', { lr: [0.1, 0.01, 0.001] })
  const epochs = [1, 2].map((epoch) => ({
    ...{ epoch, loss: 0.5 / epoch, acc: 0.25, val_loss: 0.75, val_acc: 0.5, durationMs: 12.5 },
  }))
  const first = await startTrial(api, { workerId: 'worker-1', leaseMs: LEASE_MS })
  const kept = epochs.at(-1)
  if (first === undefined || kept === undefined) throw new Error('no trial to claim')
  for (const epoch of epochs) await reportEpoch(api, first, epoch, undefined, LEASE_MS)
  const perClass = [{ label: 'a', precision: 1, recall: 1, f1: 1, support: 1 }]
  await finishTrial(api, first, { test_loss: 1, test_acc: 0.5, confusionMatrix: [[1]], perClass }, kept)
  const second = await startTrial(api, { workerId: 'worker-1', leaseMs: LEASE_MS })
  if (second === undefined) throw new Error('no second trial to claim')
  await failTrial(api, second, { class: 'diverged', message: MESSAGE }, { maxAttempts: 1, backoffMs: 0 })
})
afterAll(() => api.close())

async function createSweep(name: string, space: object): Promise<string> {
  const body = json({ name, space, fixed: { epochs: 2, convLayers: [8] } })
  return (await api.app.inject({ method: 'POST', url: '/sweeps', ...body })).json().id
}

const get = (query: string, id = sweepId) => api.app.inject({ url: `/sweeps/${id}/export${query}` })

test('trials are CSV by RFC 4180 with the columns of the contract', async () => {
  const { statusCode, headers, body } = await get('')
  expect(statusCode).toBe(200)
  expect(headers['content-type']).toBe('text/csv; charset=utf-8; header=present')
  expect(headers['content-disposition']).toBe(
    `attachment; filename="Gro-e-a-b-${sweepId.slice(0, 8)}-trials.csv"`,
  )
  const [names, ...rows] = parse(body, { record_delimiter: '\r\n' }) as string[][]
  expect(names).toEqual(EXPORT_COLUMNS.trials)
  const cell = (row: number, name: string) => rows[row]?.[EXPORT_COLUMNS.trials.indexOf(name)]
  expect(rows.map((row) => row.slice(0, 1))).toEqual([['0'], ['1'], ['2']])
  expect([0, 1, 2].map((row) => cell(row, 'state'))).toEqual(['completed', 'failed', 'queued'])
  expect([cell(0, 'lr'), cell(0, 'convLayers'), cell(0, 'bn')]).toEqual(['0.1', '[8]', 'false'])
  expect([cell(0, 'loss'), cell(0, 'hyperparameters.loss')]).toEqual(['0.25', 'categoricalCrossentropy'])
  expect([cell(1, 'errorMessage'), cell(0, 'errorMessage'), cell(2, 'val_acc')]).toEqual([
    `'${MESSAGE}`,
    '',
    '',
  ])
})

test('JSON Lines keep values as they are', async () => {
  const { headers, body } = await get('?format=jsonl')
  expect(headers['content-type']).toBe('application/jsonl; charset=utf-8')
  const rows = body
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(Object.keys(rows[0])).toEqual(EXPORT_COLUMNS.trials)
  expect(rows[0]).toMatchObject({ number: 0, lr: 0.1, convLayers: [8], bn: false, loss: 0.25, test_acc: 0.5 })
  expect(rows[1]).toMatchObject({ errorClass: 'diverged', errorMessage: MESSAGE, loss: null })
})

test('epochs have a row each', async () => {
  const rows = parse((await get('?of=epochs')).body, { columns: true }) as Record<string, string>[]
  expect(rows.map(({ number, epoch, loss, durationMs }) => [number, epoch, loss, durationMs])).toEqual([
    ['0', '1', '0.5', '12.5'],
    ['0', '2', '0.25', '12.5'],
  ])
})

test('an unknown format or sweep is refused by name', async () => {
  expect((await get('?format=parquet')).json().errors).toEqual([
    { pointer: '#/format', detail: 'format is one of csv, jsonl' },
  ])
  expect((await get('?of=batches')).statusCode).toBe(400)
  expect((await get('', '00000000-0000-4000-8000-000000000000')).statusCode).toBe(404)
})

test.runIf(hasPandas)('pandas reads both formats alike', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sweepd-export-'))
  try {
    for (const format of ['csv', 'jsonl'])
      writeFileSync(join(folder, `trials.${format}`), (await get(`?format=${format}`)).body)
    const script = `
import pandas, sys
csv = pandas.read_csv(sys.argv[1] + '/trials.csv')
jsonl = pandas.read_json(sys.argv[1] + '/trials.jsonl', lines=True)
assert list(csv.columns) == list(jsonl.columns)
assert csv.lr.tolist() == jsonl.lr.tolist() == [0.1, 0.01, 0.001]
assert csv.bn.dtype == bool and csv.val_acc.dtype == float and csv.number.dtype == 'int64'
assert csv.loss.isna().tolist() == [False, True, True]
print(csv.val_acc.max())`
    expect(execFileSync(PYTHON, ['-c', script, folder], { encoding: 'utf8' })).toBe('0.5\n')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
