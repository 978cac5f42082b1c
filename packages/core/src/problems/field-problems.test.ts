import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { listProblems, toPointer } from './field-problems.js'

const schema = z.strictObject({
  size: z.union([z.int(), z.tuple([z.int(), z.int()])], { error: 'a size or a pair' }),
  deep: z.array(z.strictObject({ colour: z.string().optional() })).optional(),
})

const problemsOf = (input: unknown) => {
  const result = schema.safeParse(input)
  return listProblems(result.error ?? { issues: [] }, input, schema)
}

describe('listProblems', () => {
  it('lists the first thousand fields and says that there are more', () => {
    const input = { size: 3, ...Object.fromEntries(Array.from({ length: 2000 }, (_, n) => [`k${n}`, n])) }
    const problems = problemsOf(input)
    expect(problems).toHaveLength(1001)
    expect(problems.at(-1)).toEqual({ pointer: '#', detail: 'these are the first 1000 faults' })
  })

  it('names what is missing', () => {
    expect(problemsOf({})).toEqual([{ pointer: '#/size', detail: 'size is required' }])
    expect(problemsOf(undefined)).toEqual([{ pointer: '#', detail: 'a value is required' }])
  })

  it('looks into the alternative of a union that was meant', () => {
    expect(problemsOf({ size: [1, 'x'] })).toMatchObject([{ pointer: '#/size/1' }])
    expect(problemsOf({ size: 'x' })).toEqual([{ pointer: '#/size', detail: 'a size or a pair' }])
  })

  it('suggests a name for an unknown one, at any depth', () => {
    expect(problemsOf({ size: 1, deep: [{}, { color: 'red', zzz: 1 }] })).toEqual([
      { pointer: '#/deep/1/color', detail: '"color" is not known here; did you mean "colour"?' },
      { pointer: '#/deep/1/zzz', detail: '"zzz" is not known here; known are colour' },
    ])
  })
})

describe('toPointer', () => {
  it('escapes what a pointer or a URI fragment cannot hold', () => {
    expect(toPointer([])).toBe('#')
    expect(toPointer(['space', 'kernel', 0])).toBe('#/space/kernel/0')
    expect(toPointer(['a/b', 'c~d', 'é f', ''])).toBe('#/a~1b/c~0d/%C3%A9%20f/')
    expect(toPointer(['\ud800'])).toBe('#/%EF%BF%BD')
  })
})
