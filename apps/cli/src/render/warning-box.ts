import type { Paint } from '../terminal/paint.js'
import { pad, wrapWords } from './text.js'

const MAX_WIDTH = 100

/** A framed text that nobody overlooks; `width` is that of the terminal. */
export function renderWarningBox(title: string, text: string, width: number, paint: Paint): string[] {
  const inner = Math.max(10, Math.min(width, MAX_WIDTH) - 4)
  const frame = (line: string) => paint('yellow', line)
  const row = (line: string, show = (text: string) => text) =>
    `${frame('║')} ${show(pad(line, inner))} ${frame('║')}`
  const edge = '═'.repeat(inner + 2)
  return [
    frame(`╔${edge}╗`),
    ...wrapWords(`WARNING: ${title}`, inner).map((line) =>
      row(line, (text) => paint(['bold', 'yellow'], text)),
    ),
    row(''),
    ...wrapWords(text, inner).map((line) => row(line)),
    frame(`╚${edge}╝`),
  ]
}
