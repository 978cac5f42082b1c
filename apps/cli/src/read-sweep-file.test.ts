import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { parseSweepDefinition } from '@sweepd/core'
import { afterAll, expect, it } from 'vitest'
import { PROJECT_ROOT } from './project-root.js'
import { readSweepFile } from './read-sweep-file.js'

const folder = mkdtempSync(join(tmpdir(), 'sweepd-files-'))
afterAll(() => rmSync(folder, { recursive: true }))

const write = (text: string) => writeFileSync(join(folder, 'sweep.json'), text)

it('reads JSON, with a byte order mark too', async () => {
  write('\uFEFF{"name": "mine"}')
  expect(await readSweepFile('sweep.json', folder)).toEqual({ name: 'mine' })
})

it('reads standard input for -', async () => {
  expect(await readSweepFile('-', folder, Readable.from(['{"name":', ' "mine"}']))).toEqual({ name: 'mine' })
})

it('names line and column of what is not JSON', async () => {
  write('{\n  "name": "mine",\n  "space": { "kernel": [3, 4], }\n}')
  await expect(readSweepFile('sweep.json', folder)).rejects.toThrow(
    'sweep.json:3:32: expected a name in quotes',
  )
})

it('names where an empty standard input ends', async () => {
  await expect(readSweepFile('-', folder, Readable.from(['\n']))).rejects.toThrow('standard input:2:1: ')
})

it('names a missing file by its whole path', async () => {
  await expect(readSweepFile('none.json', folder)).rejects.toThrow(
    `There is no file ${join(folder, 'none.json')}.`,
  )
})

it('says why a folder cannot be read', async () => {
  await expect(readSweepFile('.', folder)).rejects.toThrow(/cannot be read: EISDIR/)
})

it.each([
  ['quickstart', 4],
  ['seed-1-kernel-stride', 4],
  ['synthetic-quick', 4],
  ['search-auto', 2],
  ['search-conditional', 18],
  ['search-tpe', 800],
])('finds a valid sweep of %s, with so many combinations of its choices', async (name, points) => {
  const definition = parseSweepDefinition(await readSweepFile(`examples/${name}.json`, PROJECT_ROOT))
  const sizes = Object.values(definition.space).map((axis) => (Array.isArray(axis) ? axis.length : 1))
  expect(sizes.reduce((product, size) => product * size, 1)).toBe(points)
})

it('names what stands twice, as the API does: only one of the two would be trained', async () => {
  write('{"name": "mine", "space": {"lr": [0.1], "lr": [0.2]}}')
  await expect(readSweepFile('sweep.json', folder)).rejects.toThrow(
    /sweep\.json is ambiguous\.\n {2}#\/space\/lr: /,
  )
})
