import { openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const END_LINES = 12

/** Where a service writes what it has to say. */
export interface ServiceLog {
  /** For `stdio` of its process. */
  readonly output: number | 'inherit'
  /** Undefined where it goes to the terminal. */
  readonly file?: string
  /** The last lines, for an error message. */
  readonly readEnd: () => string[]
}

/** Lets a service write to the terminal. */
export const terminalLog: ServiceLog = { output: 'inherit', readEnd: () => [] }

/** Lets a service append to a file of its name in this folder. */
export function openServiceLog(folder: string, name: string): ServiceLog {
  const file = join(folder, `${name}.log`)
  const output = openSync(file, 'a')
  return {
    output,
    file,
    readEnd: () => [
      `The end of ${file}:`,
      ...readFileSync(file, 'utf8').trimEnd().split('\n').slice(-END_LINES),
    ],
  }
}
