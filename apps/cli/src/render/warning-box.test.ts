import { expect, it } from 'vitest'
import { createPaint } from '../terminal/paint.js'
import { renderWarningBox } from './warning-box.js'

const plain = createPaint(false)

it('frames a title and a text', () => {
  expect(renderWarningBox('no images', 'Set FASHION_MNIST_DIR.', 30, plain)).toEqual([
    '╔════════════════════════════╗',
    '║ WARNING: no images         ║',
    '║                            ║',
    '║ Set FASHION_MNIST_DIR.     ║',
    '╚════════════════════════════╝',
  ])
})

it.each([14, 40, 80, 200])('keeps its edges straight in a terminal of %d columns', (width) => {
  const lines = renderWarningBox('a title that is long enough to wrap', 'word '.repeat(60), width, plain)
  expect(new Set(lines.map((line) => line.length)).size).toBe(1)
  expect(lines[0]?.length).toBeLessThanOrEqual(width)
})
