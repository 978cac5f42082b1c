import { closeSync, copyFileSync, openSync, readSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'

const END_LINES = 12
/** Enough for the last lines, however long the log is. */
const END_BYTES = 16 * 1024
const MAX_LOG_BYTES = 10_000_000
const CHECK_INTERVAL_MS = 10_000

/** Where a service writes its log. */
export interface ServiceLog {
  /** For `stdio` of its process. */
  readonly output: number | 'inherit'
  /** Undefined if it goes to the terminal. */
  readonly file?: string
  /** The last lines, for an error message. */
  readonly readEnd: () => string[]
}

/** Lets a service write to the terminal. */
export const terminalLog: ServiceLog = { output: 'inherit', readEnd: () => [] }

/** Lets a service append to a file of its name in this folder. */
export function openServiceLog(folder: string, name: string): ServiceLog {
  const file = join(folder, `${name}.log`)
  shortenLog(file)
  const output = openSync(file, 'a')
  return { output, file, readEnd: () => [`The end of ${file}:`, ...readLastLines(file)] }
}

/**
 * Shortens these logs whenever one has grown too long, until the returned function is called. Each takes at most
 * 10 MB, and as much again for the part before that, in `<file>.1`.
 */
export function keepLogsSmall(
  files: readonly string[],
  { maxBytes = MAX_LOG_BYTES, intervalMs = CHECK_INTERVAL_MS } = {},
): () => Promise<void> {
  const timer = setInterval(() => {
    for (const file of files) shortenLog(file, maxBytes)
  }, intervalMs)
  timer.unref()
  return async () => clearInterval(timer)
}

/**
 * Moves the content of a long log to `<file>.1`. The file itself is emptied and stays, because its writers hold it open
 * for appending; a line that is written between the copy and the emptying is lost.
 */
function shortenLog(file: string, maxBytes = MAX_LOG_BYTES): void {
  try {
    if (statSync(file).size <= maxBytes) return
    copyFileSync(file, `${file}.1`)
    truncateSync(file)
  } catch {
    // It does not exist yet, or the disk is full: the next check tries again.
  }
}

function readLastLines(file: string): string[] {
  const input = openSync(file, 'r')
  try {
    const from = Math.max(0, statSync(file).size - END_BYTES)
    const buffer = Buffer.alloc(END_BYTES)
    const length = readSync(input, buffer, 0, END_BYTES, from)
    const lines = buffer.toString('utf8', 0, length).trimEnd().split('\n')
    // Reading from the middle of the file begins in the middle of a line.
    return lines.slice(from > 0 ? 1 : 0).slice(-END_LINES)
  } finally {
    closeSync(input)
  }
}
