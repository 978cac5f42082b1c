import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { keepLogsSmall, openServiceLog } from '../src/services/service-log.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sweepd-log-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

it('reads the last twelve lines of a log, and only the end of the file', () => {
  const log = openServiceLog(folder, 'api')
  writeFileSync(
    join(folder, 'api.log'),
    Array.from({ length: 5000 }, (_, line) => `line ${line} ${'x'.repeat(50)}\n`).join(''),
  )
  const [head, ...lines] = log.readEnd()
  expect(head).toBe(`The end of ${join(folder, 'api.log')}:`)
  expect(lines.map((line) => line.split(' ')[1])).toEqual(
    Array.from({ length: 12 }, (_, line) => String(4988 + line)),
  )
})

it('reads no half of a line that is longer than what is read', () => {
  const log = openServiceLog(folder, 'api')
  appendFileSync(join(folder, 'api.log'), `${'x'.repeat(100_000)}\nlast\n`)
  expect(log.readEnd().slice(1)).toEqual(['last'])
})

it('keeps a log small while a process keeps writing to it', async () => {
  const log = openServiceLog(folder, 'worker')
  const file = join(folder, 'worker.log')
  const stop = keepLogsSmall([file], { maxBytes: 1000, intervalMs: 5 })
  if (typeof log.output !== 'number') throw new Error('no descriptor')
  writeSync(log.output, 'before\n'.repeat(200))
  await vi.waitFor(() => expect(statSync(file).size).toBe(0), 5000)
  writeSync(log.output, 'after\n')
  expect(readFileSync(file, 'utf8')).toBe('after\n')
  expect(readFileSync(`${file}.1`, 'utf8')).toBe('before\n'.repeat(200))
  await stop()
})
