import { isDeepStrictEqual } from 'node:util'
import { FAILURE_CLASSES, isEnded, type Sweep, type TrialDetail } from '@sweepd/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LEASE_MS } from './create-memory-ports.js'
import { type Happening, World } from './world.js'

const pick = fc.nat(20)
/** Most processes live on; some die before, between or after the calls of their use-case. */
const diesAfter = fc.oneof({ weight: 5, arbitrary: fc.constant(-1) }, { weight: 2, arbitrary: fc.nat(5) })
const kind = <T extends string>(name: T) => fc.constant(name)

const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('create', 'reconcile'), diesAfter }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('flush', 'queue down', 'queue up') }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('pass'), ms: fc.nat(2 * LEASE_MS) }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('reconcile'), diesAfter }) },
  { weight: 6, arbitrary: fc.record({ kind: kind('deliver'), pick, twice: fc.boolean(), diesAfter }) },
  { weight: 6, arbitrary: fc.record({ kind: kind('epoch'), pick, again: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('finish', 'release'), pick, diesAfter }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: kind('fail'),
      pick,
      error: fc.constantFrom(...FAILURE_CLASSES),
      diesAfter,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: kind('crash'), pick }) },
)
const story = fc
  .array(happening, { minLength: 10, maxLength: 80, size: 'max' })
  .map((rest): Happening[] => [{ kind: 'create', diesAfter: -1 }, ...rest])

describe('any interleaving of crash, retry, late report, duplicate delivery and lost queue', () => {
  it('keeps every trial whole at every moment', async () => {
    await fc.assert(
      fc.asyncProperty(story, async (happenings) => {
        const world = new World()
        for (const what of happenings) await happenWithoutDamage(world, what)
      }),
      { numRuns: 70 },
    )
  })

  it('ends with one result for each trial and each sweep completed once', async () => {
    const seen = new Set<string>()
    await fc.assert(
      fc.asyncProperty(story, async (happenings) => {
        const world = new World()
        for (const what of happenings) await world.happen(what)
        await world.settle()
        const trials = await world.store.listDetails()
        expect(trials.flatMap(listFaults)).toEqual([])
        expect(trials.filter(({ state }) => state !== 'completed' && state !== 'failed')).toEqual([])
        for (const sweep of await listSweeps(world)) {
          expect(sweep.state).toBe('completed')
          expect(world.store.completions.get(sweep.id)).toBe(1)
        }
        for (const trial of trials)
          for (const { outcome } of trial.attemptHistory) seen.add(`${trial.state} after ${outcome}`)
      }),
      { numRuns: 70 },
    )
    // Or else the stories were too tame to prove anything.
    expect([...seen]).toEqual(
      expect.arrayContaining([
        'completed after completed',
        'completed after expired',
        'completed after failed',
        'completed after released',
        'failed after failed',
      ]),
    )
  })
})

async function happenWithoutDamage(world: World, what: Happening): Promise<void> {
  const before = await world.store.listDetails()
  const fence = world.fenceOf(what)
  await world.happen(what)
  const after = await world.store.listDetails()
  expect([...after.flatMap(listFaults), ...listChangedEnded(before, after)]).toEqual([])
  const isStale = fence !== undefined && !isRunning(before, fence)
  if (isStale) expect(after).toEqual(before)
  expect([...world.store.completions.values()].every((count) => count === 1)).toBe(true)
}

function isRunning(trials: readonly TrialDetail[], fence: { trialId: string; attempt: number }): boolean {
  const trial = trials.find(({ id }) => id === fence.trialId)
  return trial?.state === 'running' && trial.attempts === fence.attempt
}

/** What no trial may ever show, whatever happened. */
function listFaults(trial: TrialDetail): string[] {
  const { state, attemptHistory, history, score, finishedAt, error } = trial
  const count = (wanted: string) => attemptHistory.filter(({ outcome }) => outcome === wanted).length
  const laws = {
    'attempts are numbered from 1': attemptHistory.every(({ number }, index) => number === index + 1),
    'one attempt runs while the trial does': count('running') === (state === 'running' ? 1 : 0),
    'one attempt completed the trial': count('completed') === (state === 'completed' ? 1 : 0),
    'epochs are numbered from 1': history.every(({ epoch }, index) => epoch === index + 1),
    'a completed trial has a score': (score !== null) === (state === 'completed'),
    'a failed trial has an error': (error !== null) === (state === 'failed'),
    'an ended trial has an end': (finishedAt !== null) === isEnded(state),
  }
  return Object.entries(laws).flatMap(([law, holds]) => (holds ? [] : [`not so for ${trial.number}: ${law}`]))
}

function listChangedEnded(before: readonly TrialDetail[], after: readonly TrialDetail[]): string[] {
  return before
    .filter((trial, index) => isEnded(trial.state) && !isDeepStrictEqual(trial, after[index]))
    .map((trial) => `trial ${trial.number} changed after its end`)
}

async function listSweeps(world: World): Promise<readonly Sweep[]> {
  const page = await world.store.listSweeps({ limit: 1000 })
  return page.items
}
