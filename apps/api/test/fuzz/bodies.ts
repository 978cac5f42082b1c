import fc from 'fast-check'
import type { Json } from './json.js'

/** A body as bytes, with the type that it claims to be. */
export interface Body {
  readonly payload: Buffer
  /** Undefined: none is given. */
  readonly contentType: string | undefined
}

const OVER_THE_LIMIT = 1024 ** 2 + 1
const FRAGMENTS = [
  'NaN',
  '1e999',
  '-',
  '01',
  '.5',
  ',',
  '}',
  ']',
  '"',
  '\\',
  '/**/',
  '\u0000',
  'Infinity',
  "'",
  ':{',
]

type TextChange = (text: string) => Buffer

const utf8 = (text: string): Buffer => Buffer.from(text)

/** What happens to JSON on its way into bytes. */
const encoding: fc.Arbitrary<TextChange> = fc.oneof(
  { weight: 60, arbitrary: fc.constant<TextChange>(utf8) },
  fc.nat(10_000).map(
    (at): TextChange =>
      (text) =>
        utf8(text.slice(0, at % (text.length + 1))),
  ),
  fc.tuple(fc.nat(10_000), fc.constantFrom(...FRAGMENTS)).map(
    ([at, fragment]): TextChange =>
      (text) =>
        utf8(insert(text, at % (text.length + 1), fragment)),
  ),
  fc.constantFrom(...FRAGMENTS).map(
    (token): TextChange =>
      (text) =>
        utf8(text.replace(/-?\d[\d.e+-]*/, token)),
  ),
  fc.constantFrom('"name":"twice",', '"space":{},', '"__proto__":{"name":"x"},').map(
    (member): TextChange =>
      (text) =>
        utf8(text.replace('{', `{${member}`)),
  ),
  fc.constantFrom<TextChange>(
    (text) => utf8(`\ufeff${text}`),
    (text) => utf8(`${text} ${text}`),
    (text) => Buffer.from(text, 'utf16le'),
    (text) => Buffer.from(`${text}\xff`, 'latin1'),
    (text) => utf8(`\n\t ${text}\r\n`),
  ),
)

const insert = (text: string, at: number, fragment: string) => text.slice(0, at) + fragment + text.slice(at)

const rawBytes = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes))
const tooLong = fc.constantFrom(' ', '[', 'x').map((filler) => Buffer.alloc(OVER_THE_LIMIT, filler))

const contentType = fc.oneof(
  { weight: 30, arbitrary: fc.constant('application/json') },
  fc.constantFrom(
    undefined,
    'application/json; charset=utf-8',
    'APPLICATION/JSON',
    'application/json; charset=utf-16',
    'application/json; boundary="',
    'application/jsonx',
    'application/problem+json',
    'text/plain',
    'multipart/form-data',
    'application/x-www-form-urlencoded',
    '*/*',
    ';',
    '',
  ),
)

/** Bodies that are these values for the most part, and otherwise anything. */
export const bodiesOf = (values: fc.Arbitrary<Json>): fc.Arbitrary<Body> =>
  fc.record({
    payload: fc.oneof(
      {
        weight: 60,
        arbitrary: fc.tuple(values, encoding).map(([value, encode]) => encode(JSON.stringify(value) ?? '')),
      },
      { weight: 3, arbitrary: rawBytes },
      { weight: 1, arbitrary: fc.oneof(fc.json().map(utf8), tooLong) },
    ),
    contentType,
  })
