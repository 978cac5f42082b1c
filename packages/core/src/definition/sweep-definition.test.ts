import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { InvalidInputError } from '../problems/errors.js'
import { parseSweepDefinition, type SweepDefinition, sweepDefinitionSchema } from './sweep-definition.js'

/** As the API gets it: from JSON text, where `__proto__` is a key and 1e400 is Infinity. */
const parse = (json: string): SweepDefinition => parseSweepDefinition(JSON.parse(json))

function problemsOf(json: string): Record<string, string> {
  try {
    parse(json)
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error
    const pointers = error.problems.map(({ pointer }) => pointer)
    expect(new Set(pointers).size, 'each field is named once').toBe(pointers.length)
    return Object.fromEntries(error.problems.map(({ pointer, detail }) => [pointer, detail]))
  }
  return {}
}

const withSpace = (space: string) => `{"name":"x","space":${space}}`
const withFixed = (fixed: string) => `{"name":"x","space":{},"fixed":${fixed}}`
const withField = (field: string) => `{"name":"x","space":{},${field}}`

describe('parseSweepDefinition', () => {
  it('fills in every default', () => {
    expect(parse('{"name":" x ","space":{}}')).toEqual({
      name: 'x',
      dataset: 'fashion-mnist',
      sampler: { type: 'grid' },
      impossible: 'refuse',
      space: {},
      fixed: {},
      objective: { metric: 'val_acc', direction: 'maximize' },
      pruner: { type: 'none' },
      budget: null,
      seed: 2019,
      priority: 0,
      maxParallel: null,
      maxFailureShare: 0.5,
    })
  })

  it('takes a sampler of so many trials and no name for "auto"', () => {
    expect(parse(withField('"sampler":{"trials":9}')).sampler).toEqual({ type: 'auto', trials: 9 })
  })

  it('takes the direction from the metric, unless it is given', () => {
    const objectiveOf = (objective: string) => parse(withField(`"objective":${objective}`)).objective
    expect(objectiveOf('{"metric":"val_loss"}')).toEqual({ metric: 'val_loss', direction: 'minimize' })
    expect(objectiveOf('{"metric":"test_acc"}')).toEqual({ metric: 'test_acc', direction: 'maximize' })
    expect(objectiveOf('{"direction":"minimize"}')).toEqual({ metric: 'val_acc', direction: 'minimize' })
  })

  it('writes choices and fixed values in their canonical form', () => {
    const { space, fixed } = parse(
      '{"name":"x","space":{"kernel":[[3,3],[3,4]],"reg":[{"l2":0.1,"l1":0.1},{"l2":1}]},' +
        '"fixed":{"stride":[2,2],"earlyStopping":{"patience":3}}}',
    )
    expect(space).toEqual({ kernel: [3, [3, 4]], reg: [0.1, { l1: 0, l2: 1 }] })
    expect(fixed).toEqual({
      stride: 2,
      earlyStopping: { monitor: 'val_loss', patience: 3, minDelta: 0, restoreBest: false },
    })
  })

  it('takes a definition that it gave', () => {
    const definition = parse(
      withSpace('{"kernel":[[3,4],3],"reg":[{"l1":1}],"lr":{"min":0.1,"max":1,"steps":2}}'),
    )
    expect(parseSweepDefinition(JSON.parse(JSON.stringify(definition)))).toEqual(definition)
    expect(z.encode(sweepDefinitionSchema, definition)).toEqual(definition)
  })
})

it('takes 0 and the smallest numbers that float32 holds', () => {
  const smallest = '{"lr":1.2e-38,"lrDecay":0,"reg":{"l1":0,"l2":1.2e-38},"dropout":0.9999999}'
  expect(problemsOf(withFixed(smallest))).toEqual({})
})

it('takes an lrDecay if a trial of the sweep can use it, or if it is none', () => {
  for (const fixed of ['{"lrDecay":0.1,"schedule":"inverseTime"}', '{"lrDecay":0,"schedule":"cosine"}'])
    expect(problemsOf(withFixed(fixed))).toEqual({})
  expect(problemsOf(withSpace('{"lrDecay":[0,1],"schedule":["cosine","inverseTime"]}'))).toEqual({})
})

describe('parseSweepDefinition refuses', () => {
  it.each(['null', '[]', '"x"', '5', 'true'])('%s as a body', (json) => {
    expect(problemsOf(json)).toEqual({ '#': 'a sweep definition is a JSON object with name and space' })
  })

  it('a body of everything wrong, naming every field in one error', () => {
    const problems = problemsOf(
      '{"dataset":"synthetic","sampler":{"type":"grid"},"kernels":1,' +
        '"space":{"lr":{"min":0.1,"max":1},"kernel":[3,[3,3],0],"trainSize":[100,20000]},' +
        '"fixed":{"lr":"fast","bn":1},"seed":-1}',
    )
    expect(problems).toEqual({
      '#/name': 'name is required',
      '#/kernels': expect.stringContaining('not known'),
      '#/space/kernel/1': '3 stands here twice; list each choice once',
      '#/space/kernel/2': 'kernel is a whole number from 1 to 64',
      '#/space/lr/steps': 'the grid sampler needs steps: how many points of this range',
      '#/space/trainSize/1': 'trainSize is at most 12000: synthetic has no more training images',
      '#/fixed/lr': expect.stringContaining('lr is a number above 0'),
      '#/fixed/bn': expect.stringContaining('expected boolean'),
      '#/seed': expect.stringContaining('whole number'),
    })
  })

  it.each([
    ['missing parts', '{}', ['#/name', '#/space']],
    ['space as null', '{"name":"x","space":null}', ['#/space']],
    ['space as an array', '{"name":"x","space":[]}', ['#/space']],
    ['fixed as an array', withFixed('[]'), ['#/fixed']],
    ['an empty name', '{"name":"  ","space":{}}', ['#/name']],
    ['a name with NUL', '{"name":"a\\u0000b","space":{}}', ['#/name']],
    ['a name with an escape sequence', '{"name":"\\u001b[2J","space":{}}', ['#/name']],
    ['a name with half a surrogate pair', '{"name":"\\ud800","space":{}}', ['#/name']],
    ['a name too long', `{"name":"${'x'.repeat(201)}","space":{}}`, ['#/name']],
    ['a single value in space', withSpace('{"kernel":3}'), ['#/space/kernel']],
    ['a range of booleans', withSpace('{"bn":{"min":0,"max":1,"steps":2}}'), ['#/space/bn']],
    ['a penalty in place of a range', withSpace('{"reg":{"l1":0,"l2":1}}'), ['#/space/reg']],
    [
      'a range between penalties',
      withSpace('{"reg":{"min":{"l1":0},"max":1,"steps":3}}'),
      ['#/space/reg/min'],
    ],
    ['no choice', withSpace('{"kernel":[]}'), ['#/space/kernel']],
    ['a layer list not wrapped as a choice', withSpace('{"convLayers":[32]}'), ['#/space/convLayers/0']],
    ['an infinite choice', withSpace('{"lr":[1e400]}'), ['#/space/lr/0']],
    ['an infinite fixed value', withFixed('{"epochs":1e400}'), ['#/fixed/epochs']],
    ['a dropout of all', withFixed('{"dropout":1}'), ['#/fixed/dropout']],
    ['one activation', withFixed('{"activations":["relu"]}'), ['#/fixed/activations']],
    ['no convolution layer', withFixed('{"convLayers":[]}'), ['#/fixed/convLayers']],
    ['early stopping as true', withFixed('{"earlyStopping":true}'), ['#/fixed/earlyStopping']],
    ['a swapped range', withSpace('{"lr":{"min":1,"max":0.1,"steps":3}}'), ['#/space/lr/max']],
    [
      'a log range from 0',
      withSpace('{"dropout":{"min":0,"max":0.5,"scale":"log","steps":3}}'),
      ['#/space/dropout/min'],
    ],
    ['one step between two ends', withSpace('{"lr":{"min":0.1,"max":1,"steps":1}}'), ['#/space/lr/steps']],
    [
      'a range half given',
      withSpace('{"lr":{"min":0.1,"scale":"ln"}}'),
      ['#/space/lr/max', '#/space/lr/scale', '#/space/lr/steps'],
    ],
    [
      'fractions for whole numbers',
      withSpace('{"epochs":{"min":1.5,"max":2.5,"steps":2}}'),
      ['#/space/epochs/min', '#/space/epochs/max'],
    ],
    [
      'a range beyond the data set',
      withSpace('{"trainSize":{"min":1,"max":50001,"steps":2}}'),
      ['#/space/trainSize/max'],
    ],
    ['a fixed value beyond the data set', withFixed('{"trainSize":50001}'), ['#/fixed/trainSize']],
    ['a learning rate that float32 takes for 0', withFixed('{"lr":1e-50}'), ['#/fixed/lr']],
    ['a choice that float32 takes for 0', withSpace('{"lr":[0.1,1e-50]}'), ['#/space/lr/1']],
    [
      'the end of a range that float32 takes for 0',
      withSpace('{"lrDecay":{"min":1e-39,"max":1,"steps":2}}'),
      ['#/space/lrDecay/min'],
    ],
    [
      'a decay beside a fixed schedule without one',
      withFixed('{"lrDecay":0.1,"schedule":"cosine"}'),
      ['#/fixed/lrDecay'],
    ],
    [
      'an axis of decays beside schedules without one',
      withSpace('{"lrDecay":[0,1],"schedule":["constant","oneCycle"]}'),
      ['#/space/lrDecay'],
    ],
    ['an unknown schedule', withFixed('{"lrDecay":0.1,"schedule":"step"}'), ['#/fixed/schedule']],
    ['penalties that float32 takes for 0', withFixed('{"reg":{"l1":1e-40,"l2":1}}'), ['#/fixed/reg/l1']],
    [
      'penalties among choices that float32 takes for 0',
      withSpace('{"reg":[0,{"l2":1e-40},1e-40]}'),
      ['#/space/reg/1/l2', '#/space/reg/2'],
    ],
    ['a dropout that float32 takes for 1', withFixed('{"dropout":0.99999999}'), ['#/fixed/dropout']],
    ['a name in both places', '{"name":"x","space":{"lr":[1]},"fixed":{"lr":1}}', ['#/fixed/lr']],
    [
      'a __proto__ key',
      '{"name":"x","space":{"__proto__":[1]},"__proto__":1}',
      ['#/__proto__', '#/space/__proto__'],
    ],
    [
      'nested junk',
      withSpace('{"kernel":[[[3]],{"a":[{}]},null]}'),
      ['#/space/kernel/0', '#/space/kernel/1', '#/space/kernel/2'],
    ],
  ])('%s', (_, json, pointers) => {
    expect(Object.keys(problemsOf(json)).sort()).toEqual([...pointers].sort())
  })

  it('samplers and pruners that do not exist, saying which do', () => {
    expect(problemsOf(withField('"sampler":{"type":"oracle","trials":9}'))).toEqual({
      '#/sampler/type': 'the samplers are "grid", "random", "sobol", "tpe", "gp" and "auto"',
    })
    expect(problemsOf(withField('"sampler":"grid"'))).toEqual({
      '#/sampler': 'sampler is an object, such as {"type": "grid"} or {"type": "auto", "trials": 50}',
    })
    expect(problemsOf(withField('"pruner":{"type":"oracle"}'))).toEqual({
      '#/pruner/type':
        'the pruners are "none", "percentile", "median", "asha", "iEpoch", "patience" and "threshold"',
    })
  })

  it('pruners that would judge by what is measured after the last epoch, and empty budgets', () => {
    const blind = '"pruner":{"type":"median"},"objective":{"metric":"test_acc"}'
    expect(Object.keys(problemsOf(withField(blind)))).toEqual(['#/objective/metric'])
    expect(problemsOf(withField('"budget":{}'))).toEqual({
      '#/budget': 'budget names seconds, epochs, target, or several of them; leave it out for none',
    })
  })

  it('samplers without the number of trials, or with one that is not theirs', () => {
    for (const type of ['random', 'sobol', 'tpe', 'gp', 'auto'])
      expect(problemsOf(withField(`"sampler":{"type":"${type}"}`))).toEqual({
        '#/sampler/trials': 'trials is required',
      })
    expect(Object.keys(problemsOf(withField('"sampler":{"type":"grid","trials":9}')))).toEqual([
      '#/sampler/trials',
    ])
    expect(problemsOf(withField('"impossible":"ignore"'))).toEqual({
      '#/impossible': 'impossible is "refuse" or "skip"',
    })
  })

  it('hyperparameters beside space and fixed, saying where they belong', () => {
    expect(problemsOf(withField('"epochs":3'))).toEqual({
      '#/epochs':
        'epochs is a hyperparameter: one value belongs in "fixed", choices or a range belong in "space"',
    })
  })

  it('equal choices in different words', () => {
    const axes = '{"reg":[0.1,{"l1":0.1,"l2":0.1}],"earlyStopping":[{},{"patience":0}],"stride":[[2,2],2,2]}'
    expect(Object.keys(problemsOf(withSpace(axes))).sort()).toEqual([
      '#/space/earlyStopping/1',
      '#/space/reg/1',
      '#/space/stride/1',
      '#/space/stride/2',
    ])
  })

  it('an axis too long to be looked at, without looking at it', () => {
    const zeros = JSON.stringify(Array(400_000).fill(0))
    expect(problemsOf(withSpace(`{"kernel":${zeros}}`))).toEqual({
      '#/space/kernel': 'kernel has more than 10000 choices',
    })
  })

  it('thousands of faults by the first thousand of them', () => {
    const problems = problemsOf(withSpace(`{"lr":${JSON.stringify(Array(9000).fill('x'))}}`))
    expect(Object.keys(problems)).toHaveLength(1001)
    expect(problems['#']).toBe('these are the first 1000 faults')
  })
})
