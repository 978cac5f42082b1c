import { existsSync, readFileSync } from 'node:fs'
import type { Row } from '@sweepd/search'
import type { Problem } from './problems.js'

export const TABLE_FILE = new URL('./trainings.json', import.meta.url)

/** The recorded trainings: for each point, in the order of the axes, what each epoch ended with. */
export interface Table {
  readonly axes: Readonly<Record<string, readonly unknown[]>>
  /** Validation accuracy in percent after each epoch; fewer of them if the training diverged. */
  readonly accuracies: readonly (readonly number[])[]
  readonly epochs: number
  readonly made: string
}

const CHOICES = new Set(['bn', 'optimizer'])

/** The table as a problem; none if it is not there. */
export function readTable(): Problem[] {
  if (!existsSync(TABLE_FILE)) return []
  const { axes, accuracies, epochs }: Table = JSON.parse(readFileSync(TABLE_FILE, 'utf8'))
  const entries = Object.entries(axes)
  const finals = accuracies.map((curve) => curve[epochs - 1])
  const best = Math.max(...finals.filter((accuracy) => accuracy !== undefined))
  return [
    {
      name: 'table of trainings',
      trials: 60,
      axes: entries.map(([name, { length: levels }]) => ({
        kind: CHOICES.has(name) ? 'choice' : 'int',
        levels,
      })),
      regretAt(row: Row) {
        const index = entries.reduce((sum, [name, { length }], axis) => {
          const value = row[axis] ?? 0
          return sum * length + (CHOICES.has(name) ? value : Math.floor(value * length))
        }, 0)
        const accuracy = finals[index]
        return accuracy === undefined ? undefined : best - accuracy
      },
    },
  ]
}
