import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { hashHyperparameters } from '@sweepd/core'
import { suggestPoints } from '@sweepd/search'
import { TABLE_FILE, type Table } from './table.js'
import { TABLE_DEFINITION, TABLE_IMAGES } from './table-space.js'

/** Writes the table that the bench reads from the lines that train-table.ts has appended to a file. */
export function packTable(file: string): void {
  const lines: Line[] = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const byHash = new Map(lines.map((line) => [line.hash, line]))
  const trained = [...suggestPoints(TABLE_DEFINITION)].map((point) => byHash.get(hashHyperparameters(point)))
  const missing = trained.filter((line) => line === undefined).length
  if (missing > 0)
    throw new Error(`${file} lacks ${missing} of ${trained.length} points; let train-table.ts continue.`)
  const curves = trained.map((line) => line?.val.map(([, acc]) => Number((100 * acc).toFixed(2))) ?? [])
  const table: Table = {
    made:
      `bench/search/train-table.ts: the first ${TABLE_IMAGES.train} training and ${TABLE_IMAGES.validation} validation images of ` +
      `Fashion-MNIST, seed ${TABLE_DEFINITION.seed}, CPU engine, one thread, ${cpus()[0]?.model.trim()}, ` +
      `${availableParallelism()} cores`,
    epochs: Math.max(...curves.map(({ length }) => length)),
    axes: listAxes(),
    accuracies: curves,
  }
  const head = JSON.stringify({ ...table, accuracies: undefined }).slice(0, -1)
  const rows = curves.map((curve) => JSON.stringify(curve)).join(',\n')
  // biome, which checks the file, breaks its lines once more.
  writeFileSync(TABLE_FILE, `${head},"accuracies":[\n${rows}\n]}\n`)
}

interface Line {
  readonly hash: string
  readonly val: readonly (readonly [loss: number, acc: number])[]
}

/** In the order in which the grid takes them, the last one varying fastest. */
function listAxes(): Table['axes'] {
  const [first] = suggestPoints(TABLE_DEFINITION)
  const names = Object.keys(first ?? {}) as (keyof typeof TABLE_DEFINITION.space)[]
  return Object.fromEntries(
    names.flatMap((name) => {
      const axis = TABLE_DEFINITION.space[name]
      return Array.isArray(axis) ? [[name, axis]] : []
    }),
  )
}
