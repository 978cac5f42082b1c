import { describe, expect, it } from 'vitest'
import { InvalidInputError } from '../problems/errors.js'
import { formatCondition, isHyperparameterField, parseTrialFilter } from './trial-filter.js'

const faultOf = (text: string): string => {
  try {
    parseTrialFilter(text)
  } catch (error) {
    if (error instanceof InvalidInputError) return error.problems[0]?.detail ?? ''
  }
  return 'none'
}

describe('parseTrialFilter', () => {
  it('reads numbers, words, JSON and states', () => {
    expect(
      parseTrialFilter(' lr<=0.001 optimizer=adam  kernel=[3,4] bn=true earlyStopping=null state!=failed'),
    ).toEqual([
      { field: 'lr', operator: '<=', value: 0.001 },
      { field: 'optimizer', operator: '=', value: 'adam' },
      { field: 'kernel', operator: '=', value: [3, 4] },
      { field: 'bn', operator: '=', value: true },
      { field: 'earlyStopping', operator: '=', value: null },
      { field: 'state', operator: '!=', value: 'failed' },
    ])
  })

  it('writes what it reads', () => {
    const text = 'lr<=0.001 optimizer=adam kernel=[3,4] val_acc>0.9'
    expect(parseTrialFilter(text).map(formatCondition).join(' ')).toBe(text)
  })

  it.each([
    ['lr', /not a condition/],
    ['learningrate<1', /known are/],
    ['dropuot=0.2', /did you mean "dropout"/],
    ['lr<adam', /needs a number/],
    ['val_acc=high', /needs a number/],
    ['state=done', /queued, running, completed/],
    ['state<3', /no order/],
    [Array(31).fill('lr<1').join(' '), /at most 30/],
  ])('refuses %j in words', (text, words) => {
    expect(faultOf(text)).toMatch(words)
  })

  it('says at which character each fault stands', () => {
    expect(faultOf('lr<=0.1  dropuot=0.2 val_acc=high')).toMatch(
      /^at character 10: "dropuot" .*; at character 22: val_acc= needs a number/,
    )
  })

  it('means the metric by loss, which is also the name of a hyperparameter', () => {
    expect(parseTrialFilter('loss<0.5')).toEqual([{ field: 'loss', operator: '<', value: 0.5 }])
    expect(isHyperparameterField('loss')).toBe(false)
    expect(isHyperparameterField('lr')).toBe(true)
  })
})
