import fc from 'fast-check'
import { expect, it } from 'vitest'
import { toPlainLine, truncate, wrapWords } from './text.js'

it('cuts a text and says so', () => {
  expect(truncate('kernel=3 stride=1', 9)).toBe('kernel=3…')
  expect(truncate('kernel=3', 8)).toBe('kernel=3')
})

it('wraps at blanks and keeps line breaks', () => {
  expect(wrapWords('put the files\nthere, or unset it', 10)).toEqual([
    'put the',
    'files',
    'there, or',
    'unset it',
  ])
})

it('never makes a line wider than asked for and loses no letter', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n') }),
      fc.integer({ min: 1, max: 20 }),
      (text, width) => {
        const lines = wrapWords(text, width)
        expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width)
        expect(lines.join('').replace(/ /g, '')).toBe(text.replace(/[ \n]/g, ''))
      },
    ),
  )
})

it('takes control codes out of what others wrote', () => {
  expect(toPlainLine('a\u001b[2Jb\nc\u202e')).toBe('a [2Jb c')
})
