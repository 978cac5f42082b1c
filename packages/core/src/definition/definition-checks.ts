import {
  DEFAULT_SCHEDULE,
  HYPERPARAMETER_NAMES,
  type HyperparameterName,
  SCHEDULES,
} from '../hyperparameters/hyperparameters.js'
import type { FieldProblem } from '../problems/errors.js'
import { toPointer } from '../problems/field-problems.js'
import { DATASET_FACTS, DATASET_NAMES, type DatasetFacts } from './datasets.js'
import { MAX_CHOICES, valueSchema } from './search-space.js'

type RawObject = Record<string, unknown>

/** The parts of an untrusted sweep definition that can be looked at, however broken the rest of it is. */
interface RawDefinition {
  readonly dataset: unknown
  readonly validationSize: unknown
  readonly samplerType: unknown
  readonly prunerType: unknown
  readonly metric: unknown
  readonly space: RawObject
  readonly fixed: RawObject
}

/**
 * Checks rules that span several fields of a sweep definition, each of which may be valid by itself. Reads the raw input,
 * not the parsed one, so that one error names these faults together with those that a schema sees.
 */
export function listFaultsBetweenFields(input: unknown): FieldProblem[] {
  const raw = readDefinition(input)
  return [
    ...listClashes(raw),
    ...listDuplicateChoices(raw),
    ...listRangeFaults(raw),
    ...listBuiltInOversizes(raw),
    ...listIdleDecays(raw),
    ...listLostNumbers(raw),
    ...listBlindPruners(raw),
  ]
}

/** Hyperparameters that stand beside `space` and `fixed` instead of in one of them. */
export function listMisplacedHyperparameters(input: unknown): FieldProblem[] {
  const top = asObject(input)
  return HYPERPARAMETER_NAMES.filter((name) => Object.hasOwn(top, name)).map((name) => ({
    pointer: toPointer([name]),
    detail: `${name} is a hyperparameter: one value belongs in "fixed", choices or a range belong in "space"`,
  }))
}

/** Axes too long to be looked at: the schema would spend seconds on half a million choices. */
export function listOverlongAxes(input: unknown): FieldProblem[] {
  return listAxes(readDefinition(input).space)
    .filter(([, axis]) => Array.isArray(axis) && axis.length > MAX_CHOICES)
    .map(([name]) => ({
      pointer: toPointer(['space', name]),
      detail: `${name} has more than ${MAX_CHOICES} choices`,
    }))
}

function readDefinition(input: unknown): RawDefinition {
  const top = asObject(input)
  const { dataset = 'fashion-mnist', validationSize, sampler = { type: 'grid' }, space, fixed } = top
  return {
    dataset,
    validationSize,
    samplerType: asObject(sampler)['type'],
    prunerType: asObject(top['pruner'])['type'],
    metric: asObject(top['objective'])['metric'],
    space: asObject(space),
    fixed: asObject(fixed),
  }
}

/** Test metrics are measured once, after the last epoch: no pruner can judge an epoch by them. */
function listBlindPruners({ prunerType, metric }: RawDefinition): FieldProblem[] {
  if (prunerType === undefined || prunerType === 'none') return []
  if (metric !== 'test_acc' && metric !== 'test_loss') return []
  const detail = `a pruner judges each epoch, and ${metric} is measured after the last one: use val_acc or val_loss`
  return [{ pointer: toPointer(['objective', 'metric']), detail }]
}

function listClashes({ space, fixed }: RawDefinition): FieldProblem[] {
  return HYPERPARAMETER_NAMES.filter((name) => Object.hasOwn(space, name) && Object.hasOwn(fixed, name)).map(
    (name) => ({
      pointer: toPointer(['fixed', name]),
      detail: `${name} also stands in space; keep it in one of the two`,
    }),
  )
}

/** Compares canonical forms: the kernels 3 and [3, 3] are one choice. */
function listDuplicateChoices({ space }: RawDefinition): FieldProblem[] {
  return listAxes(space).flatMap(([name, axis]) => {
    const seen = new Set<string>()
    return (Array.isArray(axis) ? axis : []).flatMap((choice, index): FieldProblem[] => {
      const result = valueSchema(name).safeParse(choice)
      const key = JSON.stringify(result.data)
      if (!result.success || !seen.has(key)) {
        seen.add(key)
        return []
      }
      return [
        {
          pointer: toPointer(['space', name, index]),
          detail: `${key} stands here twice; list each choice once`,
        },
      ]
    })
  })
}

function listRangeFaults({ space, samplerType }: RawDefinition): FieldProblem[] {
  return listAxes(space).flatMap(([name, axis]) => {
    if (!isPlainObject(axis)) return []
    const { min, max, scale, steps } = axis
    const faults: FieldProblem[] = []
    const fault = (field: string, detail: string) =>
      faults.push({ pointer: toPointer(['space', name, field]), detail })
    const isRanged = typeof min === 'number' && typeof max === 'number'
    if (isRanged && min > max) fault('max', `max is at least min, which is ${min}`)
    if (scale === 'log' && typeof min === 'number' && min <= 0) fault('min', 'min is above 0 on a log scale')
    if (isRanged && steps === 1 && min < max) fault('steps', 'steps is 2 or more if min and max differ')
    if (samplerType === 'grid' && steps === undefined && ('min' in axis || 'max' in axis))
      fault('steps', 'the grid sampler needs steps: how many points of this range')
    return faults
  })
}

function listBuiltInOversizes({ dataset, space, fixed, validationSize }: RawDefinition): FieldProblem[] {
  const name = DATASET_NAMES.find((known) => known === dataset)
  return name === undefined
    ? []
    : listOversizedSizes({ space, fixed, validationSize }, name, DATASET_FACTS[name])
}

/** Fields that ask for more training or validation images than the data set has. */
export function listOversizedSizes(
  parts: { readonly space: object; readonly fixed: object; readonly validationSize?: unknown },
  dataset: string,
  { trainSize, validationSize }: Pick<DatasetFacts, 'trainSize' | 'validationSize'>,
): FieldProblem[] {
  const [inSpace, inFixed] = [asObject(parts.space)['trainSize'], asObject(parts.fixed)['trainSize']]
  const isOverValidation = typeof parts.validationSize === 'number' && parts.validationSize > validationSize
  const axis: [PropertyKey, unknown][] = Object.entries(asObjectOrArray(inSpace))
  const candidates: [PropertyKey[], unknown][] = [
    [['fixed', 'trainSize'], inFixed],
    ...axis
      .filter(([key]) => key !== 'steps')
      .map(([key, value]): [PropertyKey[], unknown] => [['space', 'trainSize', key], value]),
  ]
  const overTraining = candidates
    .filter(([, value]) => typeof value === 'number' && value > trainSize)
    .map(([path]) => ({
      pointer: toPointer(path),
      detail: `trainSize is at most ${trainSize}: ${dataset} has no more training images`,
    }))
  const overValidation = {
    pointer: toPointer(['validationSize']),
    detail: `validationSize is at most ${validationSize}: ${dataset} has no more validation images`,
  }
  return isOverValidation ? [...overTraining, overValidation] : overTraining
}

const OTHER_SCHEDULES: readonly unknown[] = SCHEDULES.filter((schedule) => schedule !== DEFAULT_SCHEDULE)

/** An `lrDecay` that no trial would use, because only one of the schedules has it. */
function listIdleDecays({ space, fixed }: RawDefinition): FieldProblem[] {
  const schedules = space['schedule'] ?? [fixed['schedule'] ?? DEFAULT_SCHEDULE]
  if (!Array.isArray(schedules) || !schedules.every((schedule) => OTHER_SCHEDULES.includes(schedule)))
    return []
  return (['space', 'fixed'] as const)
    .filter((part) => ({ space, fixed })[part]['lrDecay'] !== undefined && fixed['lrDecay'] !== 0)
    .map((part) => ({
      pointer: toPointer([part, 'lrDecay']),
      detail: `lrDecay belongs to the schedule "${DEFAULT_SCHEDULE}", which no trial of this sweep has: leave lrDecay out`,
    }))
}

/** Training computes with float32: below this (2⁻¹²⁶) it has few digits left or none, and devices take it for 0. */
const SMALLEST_FLOAT32 = 2 ** -126
const FLOAT32_NAMES = ['lr', 'lrDecay', 'weightDecay', 'reg', 'dropout'] as const

/** Numbers that training would take for another: so small that they are 0, or a dropout that is rounded to 1. */
function listLostNumbers({ space, fixed }: RawDefinition): FieldProblem[] {
  return FLOAT32_NAMES.flatMap((name) =>
    [...listNumbers(['fixed', name], fixed[name]), ...listNumbers(['space', name], space[name])].flatMap(
      ([path, value]) => {
        const detail = describeLoss(name, value)
        return detail === undefined ? [] : [{ pointer: toPointer(path), detail }]
      },
    ),
  )
}

function describeLoss(name: (typeof FLOAT32_NAMES)[number], value: number): string | undefined {
  if (value > 0 && value < SMALLEST_FLOAT32)
    return `${name} is too small for training, which computes with float32: ${name === 'lr' ? '' : '0, or '}at least 1.2e-38`
  if (name === 'dropout' && value < 1 && Math.fround(value) === 1)
    return 'dropout is so near to 1 that float32, in which training computes, rounds it to 1: at most 0.9999999'
  return undefined
}

/** The numbers in a value, an axis of choices, a range, or penalties, with their paths; `steps` is none of them. */
function listNumbers(path: readonly PropertyKey[], value: unknown): [PropertyKey[], number][] {
  if (typeof value === 'number') return [[[...path], value]]
  return Object.entries(asObjectOrArray(value)).flatMap(([key, inner]) => {
    if (typeof inner === 'number')
      return key === 'steps' ? [] : [[[...path, key], inner] as [PropertyKey[], number]]
    // Choices of reg are objects; what lies deeper is refused by the schema.
    return path.length === 2 ? listNumbers([...path, key], inner) : []
  })
}

function listAxes(space: RawObject): [HyperparameterName, unknown][] {
  return HYPERPARAMETER_NAMES.filter((name) => Object.hasOwn(space, name)).map((name) => [name, space[name]])
}

const isPlainObject = (value: unknown): value is RawObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const asObject = (value: unknown): RawObject => (isPlainObject(value) ? value : {})
const asObjectOrArray = (value: unknown): object => (typeof value === 'object' && value !== null ? value : {})
