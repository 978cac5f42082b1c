import {
  ConflictError,
  type DatasetFacts,
  type FieldProblem,
  InvalidInputError,
  NotFoundError,
  parseSweepDefinition,
  type Sweep,
  type SweepChanges,
  type SweepDefinition,
  sweepDefinitionSchema,
  toPointer,
} from '@sweepd/core'
import { countSuggestions, needsHistory } from '@sweepd/search'
import type { SchedulerPorts, SweepExtension } from '../ports.js'
import { explainShortage, type PlannedPoints, planPoints, type SweepLimits } from '../sweeps/plan-sweep.js'
import { type DatasetCatalogue, resolveDataset } from '../sweeps/resolve-dataset.js'

type Wish = Pick<SweepChanges, 'trials' | 'add'>

/**
 * Asks more of a sweep: more trials of its sampler, or more values on its axes. Its trials stay as they are, and only what
 * is missing is added, as slots become free. The wider definition is judged as if the sweep were created with it; points of
 * a sampler that learns are judged when it suggests them.
 * @throws InvalidInputError naming every field that asks for what the sweep cannot have.
 * @throws ImpossibleArchitectureError if its networks cannot be built, and it does not skip such points.
 * @throws ConflictError if it was cancelled, or got more trials meanwhile.
 */
export async function extendSweep(
  { store }: SchedulerPorts,
  sweepId: string,
  wish: Wish,
  limits: SweepLimits,
): Promise<void> {
  const sweep = await store.findSweep(sweepId)
  if (sweep === undefined) throw new NotFoundError('sweep', sweepId)
  const extension = await planExtension(sweep, wish, limits, store.datasets)
  const isChanged = await store.extendSweep(sweepId, extension)
  if (isChanged === undefined) throw new NotFoundError('sweep', sweepId)
  if (isChanged) return
  throw new ConflictError(
    sweep.state === 'cancelled'
      ? `The sweep ${sweepId} is cancelled: its trials stay as they are; create it again with what you want to add.`
      : `The sweep ${sweepId} has changed meanwhile; look at it, and ask again.`,
  )
}

async function planExtension(
  sweep: Sweep,
  wish: Wish,
  { maxTrials, maxTrialMemoryMiB }: SweepLimits,
  catalogue: DatasetCatalogue,
): Promise<SweepExtension> {
  const before = definitionOf(sweep)
  refuse([...listTrialFaults(sweep, wish), ...listAxisFaults(sweep, wish)])
  const definition = parseSweepDefinition(JSON.parse(JSON.stringify(widen(before, wish))))
  const planned = countSuggestions(definition)
  if (planned > maxTrials)
    refuse([
      {
        pointer: wish.add === undefined ? '#/trials' : '#/add',
        detail: `the sweep would have ${planned} trials, more than the ${maxTrials} allowed`,
      },
    ])
  const { facts } = await resolveDataset(definition, catalogue)
  const settled = { definition, maxTrialMemoryMiB: maxTrialMemoryMiB ?? null }
  if (needsHistory(definition.sampler))
    return {
      ...settled,
      planned,
      endReason: explainShortage(definition, planned) ?? null,
      skipped: undefined,
    }
  const plan = await planAdded(definition, facts, { wish, maxTrialMemoryMiB })
  return { ...settled, planned: plan.planned, endReason: plan.endReason ?? null, skipped: plan.skipped }
}

interface AddedLimits {
  readonly wish: Wish
  readonly maxTrialMemoryMiB: number | undefined
}

/** Plans the points; a problem with an axis that got values is one of these values. */
async function planAdded(
  definition: SweepDefinition,
  facts: DatasetFacts,
  { wish, maxTrialMemoryMiB }: AddedLimits,
): Promise<PlannedPoints> {
  try {
    return await planPoints(definition, facts, { maxTrialMemoryMiB })
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error
    const pointers = new Map(
      listAdded(wish.add).map(([name]) => [toPointer(['space', name]), toPointer(['add', name])]),
    )
    throw new InvalidInputError(
      error.problems.map(({ pointer, detail }) => ({ pointer: pointers.get(pointer) ?? pointer, detail })),
    )
  }
}

const FIELDS = Object.keys(sweepDefinitionSchema.shape) as (keyof SweepDefinition)[]

/** The sweep's definition without what it has come to; fields that it does not have are left out. */
const definitionOf = (sweep: Sweep): SweepDefinition =>
  Object.fromEntries(
    FIELDS.map((name) => [name, sweep[name]]).filter(([, value]) => value !== undefined),
  ) as SweepDefinition

const widen = (definition: SweepDefinition, { trials, add }: Wish) => ({
  ...definition,
  ...(trials !== undefined && { sampler: { ...definition.sampler, trials } }),
  space: {
    ...definition.space,
    ...Object.fromEntries(
      listAdded(add).map(([name, values]) => [name, [...asChoices(definition.space[name]), ...values]]),
    ),
  },
})

function listTrialFaults({ sampler, trialCounts }: Sweep, { trials }: Wish): FieldProblem[] {
  if (trials === undefined) return []
  const fault = (detail: string) => [{ pointer: '#/trials', detail }]
  if (sampler.type === 'grid')
    return fault('a grid has a trial for each of its points: add values to its axes instead, by "add"')
  return trials < Math.max(sampler.trials, trialCounts.total)
    ? fault(`trials is at least ${Math.max(sampler.trials, trialCounts.total)}, which the sweep has already`)
    : []
}

function listAxisFaults({ space }: Sweep, { add }: Wish): FieldProblem[] {
  return listAdded(add).flatMap(([name, values]) => {
    const axis = space[name]
    const fault = (detail: string) => [{ pointer: toPointer(['add', name]), detail }]
    if (axis === undefined)
      return fault(`${name} is no axis of this sweep, which would make its trials incomplete`)
    if (!Array.isArray(axis)) return fault(`${name} is a range; values can be added to axes of choices only`)
    const known = new Set(axis.map((value) => JSON.stringify(value)))
    const twice = values.find((value) => known.has(JSON.stringify(value)))
    return twice === undefined ? [] : fault(`${JSON.stringify(twice)} is on the axis already`)
  })
}

const listAdded = (add: Wish['add']) =>
  Object.entries(add ?? {}) as [keyof SweepDefinition['space'], readonly unknown[]][]

const asChoices = (axis: unknown): readonly unknown[] => (Array.isArray(axis) ? axis : [])

function refuse(problems: readonly FieldProblem[]): void {
  if (problems.length > 0) throw new InvalidInputError(problems)
}
