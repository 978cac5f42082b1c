import type { WriteStream } from 'node:tty'
import { createLogUpdate } from 'log-update'
import { createPaint, type Paint } from './paint.js'

const WIDTH_OF_A_PIPE = 100
/** Of terminals that do not tell theirs. */
const DEFAULT_SIZE = { columns: 80, rows: 24 }

/** What commands write to: lines that stay and, on a real terminal, a frame below them that is drawn again and again. */
export interface Terminal {
  /** Whether there is a frame; on a pipe there is none, and nothing but plain lines. */
  readonly isInteractive: boolean
  /** In columns. */
  readonly width: number
  /** In lines. */
  readonly height: number
  readonly paint: Paint
  /** Writes lines that stay, above the frame. */
  print(...lines: string[]): void
  /** Replaces the frame; does nothing on a pipe. */
  draw(lines: readonly string[]): void
  /** Takes the frame away. */
  erase(): void
}

export interface TerminalOptions {
  /** Whether NO_COLOR is set. */
  readonly noColor: boolean
  /** The environment's TERM; `dumb` understands no escapes, so it is treated like a pipe of its width. */
  readonly term?: string | undefined
}

/** A terminal on this stream. */
export function createTerminal(stream: WriteStream, { noColor, term }: TerminalOptions): Terminal {
  const isInteractive = stream.isTTY === true && term !== 'dumb'
  const update = createLogUpdate(stream)
  let frame: readonly string[] = []
  const redraw = () => {
    if (frame.length > 0) update(frame.join('\n'))
  }
  return {
    isInteractive,
    get width() {
      return stream.isTTY ? stream.columns || DEFAULT_SIZE.columns : WIDTH_OF_A_PIPE
    },
    get height() {
      return isInteractive ? stream.rows || DEFAULT_SIZE.rows : Number.POSITIVE_INFINITY
    },
    paint: createPaint(isInteractive && !noColor),
    print(...lines) {
      if (frame.length > 0) update.clear()
      stream.write(`${lines.join('\n')}\n`)
      redraw()
    },
    draw(lines) {
      if (!isInteractive) return
      frame = lines
      redraw()
    },
    erase() {
      if (frame.length > 0) update.clear()
      if (isInteractive) update.done()
      frame = []
    },
  }
}
