import fc from 'fast-check'
import { hostileValue } from './hostile-values.js'
import type { Json } from './json.js'
import type { Known } from './known.js'

/** Edges of what a database takes for a time, an integer and a number. */
const TIMES = [
  '2026-01-01T00:00:00.000Z',
  '0000-01-01T00:00:00.000Z',
  '0001-01-01T00:00:00+14:00',
  '0001-01-01T00:00:00.000Z',
  '9999-12-31T23:59:59.999Z',
  '2026-02-31T00:00:00.000Z',
  '2026-01-01T24:00:00Z',
]
const INTEGERS = [0, -1, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 0.5]
const METRICS = [null, 0, -1, 0.5, 1e308, 5e-324, -0]

const orMisfit = (parts: fc.Arbitrary<Json>): fc.Arbitrary<Json> =>
  fc.oneof({ weight: 12, arbitrary: parts }, hostileValue)
const time = orMisfit(fc.constantFrom(...TIMES))
const uuid = orMisfit(fc.uuid())
const integer = orMisfit(fc.constantFrom(...INTEGERS))
const metric = orMisfit(fc.constantFrom<Json>(...METRICS))

const key = fc.oneof(
  fc.tuple(fc.constant('created'), time, uuid, integer),
  fc.tuple(fc.constant('number'), integer),
  fc.tuple(fc.constant('sweeps'), time, uuid),
  fc.tuple(fc.constantFrom('val_acc desc', 'val_acc asc', 'loss asc', 'test_loss asc'), metric, uuid),
  fc.array(hostileValue, { maxLength: 4 }),
)

/** Looks like a cursor that a page gave: the right name, and a key of the right kinds for the most part. */
const forged = key.map((parts) => Buffer.from(JSON.stringify(parts)).toString('base64url'))

/** Cursors of pages, whole and broken, and forged ones. */
export const cursor: fc.Arbitrary<(known: Known) => string> = fc.oneof(
  fc.nat().map((which) => (known: Known) => known.pickCursor(which)),
  fc.tuple(fc.nat(), fc.nat(60)).map(
    ([which, at]) =>
      (known: Known) =>
        known.pickCursor(which).slice(at),
  ),
  forged.map((text) => () => text),
)
