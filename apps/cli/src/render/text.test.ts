import fc from 'fast-check'
import { expect, it } from 'vitest'
import { pad, toPlainLine, truncate, widthOfText, wrapWords } from './text.js'

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

it('counts columns, not characters, and cuts none in half', () => {
  expect(widthOfText('猫が好き')).toBe(8)
  expect(truncate('猫が好き', 6)).toBe('猫が…')
  expect(truncate('👩‍👩‍👧‍👦 family', 4)).toBe('👩‍👩‍👧‍👦 …')
  expect(wrapWords('猫が好き', 5)).toEqual(['猫が', '好き'])
  expect(pad('猫', 4)).toBe('猫  ')
})

it('takes control codes out of what others wrote', () => {
  expect(toPlainLine('a\u001b[2Jb\nc\u202e')).toBe('a [2Jb c')
})
