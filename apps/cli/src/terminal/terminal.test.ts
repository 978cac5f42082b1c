import { expect, it } from 'vitest'
import { captureTerminal } from '../../test/captured-terminal.js'

const SIZE = { columns: 42, rows: 10 }

it('draws a frame and colours on a terminal', () => {
  const { terminal, written } = captureTerminal(SIZE, 'xterm-256color')
  terminal.draw([terminal.paint('red', 'frame')])
  expect(terminal).toMatchObject({ isInteractive: true, width: 42, height: 10 })
  expect(written()).toContain('\u001b[31mframe')
})

it('sends a dumb terminal no escapes, and keeps to its width', () => {
  const { terminal, written } = captureTerminal(SIZE, 'dumb')
  terminal.draw(['frame'])
  terminal.print(terminal.paint('red', 'line'))
  terminal.erase()
  expect(written()).toBe('line\n')
  expect(terminal).toMatchObject({ isInteractive: false, width: 42 })
})

it('takes 80 columns for a terminal that does not tell its size', () => {
  expect(captureTerminal({ columns: 0, rows: 0 }).terminal).toMatchObject({ width: 80, height: 24 })
})
