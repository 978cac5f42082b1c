import { describe, expect, it } from 'vitest'
import { convertAxis, formatTyped, parseTyped, readAxis, readDraft, withAxis, withField } from './draft'

describe('readDraft', () => {
  it('says where the JSON is broken', () => {
    expect(readDraft('{\n  "name": \n}')).toMatchObject({
      kind: 'broken',
      fault: expect.stringContaining('line 3'),
    })
    expect(readDraft('{"name": "x", "name": "y"}')).toMatchObject({
      kind: 'broken',
      fault: expect.stringContaining('twice'),
    })
    expect(readDraft('[]')).toMatchObject({ kind: 'broken', fault: expect.stringContaining('object') })
  })

  it('lists faults by field, in the words of the API', () => {
    const read = readDraft('{"name": "x", "space": {"kernel": [0]}, "sede": 1}')
    expect(read.kind === 'draft' && read.problems.map(({ pointer }) => pointer).sort()).toEqual([
      '#/sede',
      '#/space/kernel/0',
    ])
  })
})

describe('an axis of a draft', () => {
  const draft = { name: 'x', space: { lr: [0.1] }, fixed: { bn: true } }

  it('moves between default, fixed and space', () => {
    expect(readAxis(draft, 'lr')).toEqual({ mode: 'choices', value: [0.1] })
    const fixed = withAxis(draft, 'lr', 'fixed', 0.1)
    expect(fixed).toEqual({ name: 'x', space: {}, fixed: { bn: true, lr: 0.1 } })
    expect(readAxis(fixed, 'lr')).toEqual({ mode: 'fixed', value: 0.1 })
    expect(withAxis(fixed, 'lr', 'default', undefined)).toEqual({ name: 'x', space: {}, fixed: { bn: true } })
  })

  it('keeps its value where the mode changes', () => {
    expect(convertAxis([3, 5], 'choices', 'fixed', 3)).toBe(3)
    expect(convertAxis(0.01, 'fixed', 'range', 0.001)).toEqual({
      min: 0.01,
      max: 0.1,
      scale: 'linear',
      steps: 3,
    })
    expect(convertAxis({ min: 2 }, 'range', 'choices', 3)).toEqual([2])
    expect(convertAxis(undefined, 'default', 'choices', 'adam')).toEqual(['adam'])
  })

  it('keeps the order of fields that stay', () => {
    expect(Object.keys(withField({ a: 1, b: 2 }, 'a', 3))).toEqual(['a', 'b'])
  })
})

describe('typed values', () => {
  it.each([
    ['3, 5', true, [3, 5]],
    ['adam, sgd', true, ['adam', 'sgd']],
    ['[32, 64], [32]', true, [[32, 64], [32]]],
    ['adam', false, 'adam'],
    ['null', false, null],
    ['0.5', false, 0.5],
  ])('%j is read and written', (text, isList, value) => {
    expect(parseTyped(text, isList)).toEqual(value)
    expect(formatTyped(value, isList)).toBe(text)
  })
})
