import fc from 'fast-check'
import { hostileText, hostileValue, POISONED_NAMES } from './hostile-values.js'
import { changeNode, isObject, type Json } from './json.js'

type Mutation = (node: Json) => Json

const replace = hostileValue.map(
  (value): Mutation =>
    () =>
      value,
)
const remove = fc.constant<Mutation>(() => undefined)
const wrap = fc.constantFrom<Mutation>(
  (node) => [node],
  (node) => ({ value: node }),
  (node) => [node, node],
)
const asText = fc.constant<Mutation>((node) => JSON.stringify(node))
const repeat = fc.integer({ min: 2, max: 40 }).map(
  (times): Mutation =>
    (node) =>
      Array.isArray(node) ? Array<Json[]>(times).fill(node).flat() : node,
)
const scale = fc.constantFrom(-1, 0, 10, 1000, 1e9, 0.1).map(
  (factor): Mutation =>
    (node) =>
      typeof node === 'number' ? node * factor : node,
)
const addName = fc.tuple(fc.oneof(fc.constantFrom(...POISONED_NAMES), hostileText), hostileValue).map(
  ([name, value]): Mutation =>
    (node) =>
      isObject(node) ? withName(node, name, value) : node,
)

/** Not by assignment, which would set the prototype if the name is `__proto__`. */
const withName = (node: object, name: string, value: Json): Json =>
  Object.fromEntries([...Object.entries(node), [name, value]])

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  { weight: 4, arbitrary: replace },
  { weight: 2, arbitrary: remove },
  { weight: 2, arbitrary: addName },
  wrap,
  asText,
  repeat,
  scale,
)

/** Values of `base`, half of them as they are, the others with one to three nodes changed. */
export const mutated = (base: fc.Arbitrary<Json>): fc.Arbitrary<Json> =>
  fc
    .tuple(
      base,
      fc.oneof(
        fc.constant<[number, Mutation][]>([]),
        fc.array(fc.tuple(fc.nat(10_000), mutation), { minLength: 1, maxLength: 3 }),
      ),
    )
    .map(([value, changes]) =>
      changes.reduce((changed, [which, change]) => changeNode(changed, which, change), value),
    )
