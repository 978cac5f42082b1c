import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findJsonFault } from './json-fault.js'

test.each([
  ['{"a": 1,}', 1, 9, 'expected a name in quotes, found "}"'],
  ['{\n  "a": x\n}', 2, 8, 'expected a value, found "x\\n}"'],
  ['{"a" 1}', 1, 6, 'expected ":", found "1}"'],
  ['[1 2]', 1, 4, 'expected "," or "]", found "2]"'],
  ['{"a": 1', 1, 8, 'expected "," or "}", found the end'],
  ['{} {}', 1, 4, 'expected the end, found "{}"'],
  ["{'a': 1}", 1, 2, 'expected a name in quotes or "}", found "\'a\': 1}"'],
  ['["a\nb"]', 1, 4, 'a string is broken or not closed at "\\nb\\"]"'],
  ['"abc', 1, 5, 'a string is broken or not closed at the end'],
  ['', 1, 1, 'expected a value, found the end'],
])('%j is at fault in line %i, column %i', (text, line, column, detail) => {
  expect(findJsonFault(text)).toEqual({ line, column, detail })
})

/** Texts near JSON: valid ones with a piece cut out or put in. */
const nearJson = fc
  .tuple(fc.json(), fc.nat(), fc.nat(3), fc.string({ maxLength: 2 }))
  .map(([json, at, cut, put]) => {
    const start = at % (json.length + 1)
    return json.slice(0, start) + put + json.slice(start + cut)
  })

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

test('it finds a fault exactly where JSON.parse refuses', () => {
  fc.assert(
    fc.property(fc.oneof(nearJson, fc.json()), (text) => {
      expect(findJsonFault(text) === undefined).toBe(isJson(text))
    }),
    { numRuns: 2000 },
  )
})

test('deep nesting and long strings of a whole body are scanned without overflow', () => {
  const size = 1024 ** 2
  expect(findJsonFault('['.repeat(size))?.column).toBe(size + 1)
  expect(findJsonFault(`"${'é'.repeat(size)}`)?.column).toBe(size + 2)
})
