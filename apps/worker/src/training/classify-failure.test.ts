import { describe, expect, it } from 'vitest'
import { classifyFailure, describeDeath } from './classify-failure.js'

describe('a failure', () => {
  it.each([
    [Object.assign(new Error('the loss became NaN'), { code: 'diverged' }), 'diverged'],
    [Object.assign(new Error('layer x'), { code: 'unsupported-layer' }), 'invalid'],
    [new RangeError('Array buffer allocation failed'), 'out-of-memory'],
    [new Error('bfc_arena: Failed to allocate memory for requested buffer of size 123'), 'out-of-memory'],
    [Object.assign(new Error('no such file'), { code: 'dataset-missing' }), 'infrastructure'],
    ['thrown text', 'infrastructure'],
  ])('%s is of class %s', (error, expected) => {
    expect(classifyFailure(error).class).toBe(expected)
  })
})

describe('a child that died', () => {
  it('by a signal from outside is a failure of the infrastructure that names the signal', () => {
    expect(describeDeath(null, 'SIGKILL')).toEqual({
      class: 'infrastructure',
      message: 'the training process was ended by SIGKILL',
    })
  })
  it('by the out-of-memory killer ran out of memory', () => {
    expect(describeDeath(null, 'SIGKILL', { isOomKill: true }).class).toBe('out-of-memory')
    expect(describeDeath(null, 'SIGTERM', { isOomKill: true }).class).toBe('infrastructure')
  })
  it('by an abort ran out of memory', () => {
    expect(describeDeath(null, 'SIGABRT').class).toBe('out-of-memory')
  })
})
