import fc from 'fast-check'
import { expect, test } from 'vitest'
import { InvalidInputError } from '../problems/errors.js'
import { MalformedJsonError, parseJson } from './parse-json.js'

function faultOf(text: string): MalformedJsonError['fault'] {
  try {
    parseJson(text)
  } catch (error) {
    if (error instanceof MalformedJsonError) return error.fault
    if (!(error instanceof InvalidInputError)) throw error
  }
  return undefined
}

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
  expect(faultOf(text)).toEqual({ line, column, detail })
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
      expect(faultOf(text) === undefined).toBe(isJson(text))
    }),
    { numRuns: 2000 },
  )
})

test('deep nesting and long strings of a whole body are scanned without overflow', () => {
  const size = 1024 ** 2
  expect(faultOf('['.repeat(size))?.column).toBe(size + 1)
  expect(faultOf(`"${'é'.repeat(size)}`)?.column).toBe(size + 2)
})

function duplicatesIn(text: string): string[] {
  try {
    parseJson(text)
  } catch (error) {
    if (error instanceof InvalidInputError) return error.problems.map(({ pointer }) => pointer)
    throw error
  }
  return []
}

test.each([
  ['{"a":1,"a":2}', ['#/a']],
  ['{"space":{"lr":[1],"lr":[2]},"name":"x"}', ['#/space/lr']],
  ['[{"b":1},{"b":1,"c":[0,{"d":1,"d":1}]}]', ['#/1/c/1/d']],
  ['{"a":1,"\\u0061":2}', ['#/a']],
  ['{"a":1,"a":2,"b":{"a":1},"b":3}', ['#/a', '#/b']],
  ['{"__proto__":1,"__proto__":2}', ['#/__proto__']],
])('%s has a name twice, and it is named by its place', (text, pointers) => {
  expect(duplicatesIn(text)).toEqual(pointers)
})

test('equal names in different objects, and names equal to values, are none', () => {
  const text = '{"a":"a","b":{"a":"b"},"c":[{"a":1},{"a":1}]}'
  expect(parseJson(text)).toEqual(JSON.parse(text))
  fc.assert(
    fc.property(fc.json(), (json) => {
      expect(parseJson(json)).toEqual(JSON.parse(json))
    }),
  )
})

test('a whole body of duplicates is refused by the first hundred of them', () => {
  expect(duplicatesIn(`{${'"a":1,'.repeat(150_000)}"a":1}`)).toHaveLength(100)
})
