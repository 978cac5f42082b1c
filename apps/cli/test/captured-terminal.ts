import { PassThrough } from 'node:stream'
import type { WriteStream } from 'node:tty'
import { createTerminal, type Terminal } from '../src/terminal/terminal.js'

/** A terminal that writes to a pipe, or claims to be a TTY of this size, and everything that was written to it. */
export function captureTerminal(
  tty?: { columns: number; rows: number },
  term?: string,
): {
  terminal: Terminal
  written: () => string
} {
  const stream = new PassThrough().setEncoding('utf8')
  let text = ''
  stream.on('data', (chunk: string) => {
    text += chunk
  })
  const target = Object.assign(stream, tty === undefined ? {} : { isTTY: true, ...tty })
  const terminal = createTerminal(target as unknown as WriteStream, { noColor: false, term })
  return { terminal, written: () => text }
}
