import fc from 'fast-check'
import type { Json } from './json.js'

const NUMBERS = [
  0,
  -0,
  1,
  -1,
  2,
  0.5,
  1e-7,
  5e-324,
  1e21,
  1e308,
  -1e308,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  2 ** 53 + 2,
]

/** Text that some parsers take for a number, a truth value or nothing. */
const LOOKALIKES = [
  'NaN',
  'Infinity',
  '-Infinity',
  '1e5',
  '0x10',
  '010',
  '１２',
  '',
  ' ',
  'null',
  'true',
  'undefined',
]

const TEXTS = [
  ...LOOKALIKES,
  '\0',
  'a\0b',
  '\ud800',
  '\udfff\ud800',
  '\u202eabc',
  'e\u0301',
  'İ',
  '💥'.repeat(30),
  '\r\nx: y',
  '../../etc/passwd',
  "'; DROP TABLE sweep; --",
  '%00',
  '%',
  '<script>',
  '$1',
  '{{x}}',
]

/** Names that mean something to JavaScript. */
export const POISONED_NAMES = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'then',
  'toJSON',
]

/** Text of any kind. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...TEXTS),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
)

/** A value without parts. */
const scalar: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(...NUMBERS, null, true, false),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  hostileText,
)

const inside = (depth: number, isArray: boolean): Json => {
  let value: Json = 1
  for (let level = 0; level < depth; level++) value = isArray ? [value] : { a: value }
  return value
}

/** Hundreds of levels and tens of thousands of items: rare, as each takes as long as a hundred others. */
const huge: fc.Arbitrary<Json> = fc.oneof(
  fc
    .tuple(fc.integer({ min: 100, max: 2000 }), fc.boolean())
    .map(([depth, isArray]) => inside(depth, isArray)),
  fc
    .tuple(fc.integer({ min: 9_990, max: 30_000 }), scalar)
    .map(([length, item]) => Array<Json>(length).fill(item)),
  fc.integer({ min: 1000, max: 100_000 }).map((length) => 'x'.repeat(length)),
  fc
    .integer({ min: 1000, max: 20_000 })
    .map((count) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, n]))),
)

/** A value that belongs nowhere. */
export const hostileValue: fc.Arbitrary<Json> = fc.oneof(
  { weight: 40, arbitrary: scalar },
  { weight: 4, arbitrary: fc.constantFrom<Json>([], {}, [[]], [null], [[[1]]], { length: 1 }) },
  { weight: 4, arbitrary: fc.array(scalar, { maxLength: 4 }) },
  {
    weight: 4,
    arbitrary: fc.dictionary(fc.oneof(fc.constantFrom(...POISONED_NAMES), hostileText), scalar, {
      maxKeys: 3,
    }),
  },
  { weight: 1, arbitrary: huge },
)
