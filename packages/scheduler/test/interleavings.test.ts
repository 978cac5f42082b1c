import { isEnded } from '@sweepd/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TrialJob } from '../src/index.js'
import { MemoryQueue } from '../src/memory/memory-queue.js'
import { listForbiddenChanges } from './world/changes.js'
import { type Happening, story } from './world/happening.js'
import { listFaults } from './world/laws.js'
import { type Snapshot, takeSnapshot } from './world/snapshot.js'
import { World } from './world/world.js'

const STORIES = 2000
/** A box that is busy with much else takes this long. */
const TIMEOUT_MS = 180_000
const FIRST: Happening = { kind: 'create', definition: 0, key: undefined, diesAfter: -1 }

describe('any interleaving of training, crashes, faults and orders', () => {
  it(
    'breaks no law at any moment, and ends with one result for each trial',
    async () => {
      const seen = new Set<string>()
      await fc.assert(tellStories(seen), { numRuns: STORIES })
      // Or else the stories were too tame to prove anything.
      expect(EXPECTED_SIGHTS.filter((sight) => !seen.has(sight))).toEqual([])
    },
    TIMEOUT_MS,
  )

  it.each([
    ['loses a job now and then', ForgetfulQueue, /a waiting trial has no job|did not end/],
    ['counts fewer jobs than it holds', MiscountingQueue, /reconcile queued a job too many/],
  ])(
    'breaks a law if the queue %s',
    async (_, Mutant, law) => {
      const stories = tellStories(new Set(), (now) => new Mutant(now))
      const { failed, errorInstance } = await fc.check(stories, { numRuns: STORIES, endOnFailure: true })
      expect(failed).toBe(true)
      expect(String((errorInstance as { actual?: unknown }).actual)).toMatch(law)
    },
    TIMEOUT_MS,
  )
})

class ForgetfulQueue extends MemoryQueue {
  private offers = 0

  override enqueue(jobs: readonly TrialJob[]): Promise<void> {
    return super.enqueue(jobs.filter(() => ++this.offers % 5 !== 0))
  }
}

class MiscountingQueue extends MemoryQueue {
  override async countWaitingJobs(): Promise<number> {
    return Math.max(0, (await super.countWaitingJobs()) - 1)
  }
}

function tellStories(seen: Set<string>, createQueue?: (now: () => number) => MemoryQueue) {
  return fc.asyncProperty(story, async (happenings) => {
    const world = new World(createQueue)
    await liveLawfully(world, [FIRST, ...happenings], seen)
    await world.settle()
    const end = await takeSnapshot(world.store)
    expect([...world.store.faults, ...listFaults(end, world.store), ...listUnfinished(end)]).toEqual([])
    for (const sight of world.store.sights) seen.add(sight)
    for (const { state, endReason } of end.sweeps) if (endReason !== null) seen.add(`${state} early`)
    if (world.store.selfPauses > 0) seen.add('a sweep pauses itself')
    for (const { state, attemptHistory } of end.trials)
      for (const { outcome } of attemptHistory) seen.add(`${state} after ${outcome}`)
  })
}

const EXPECTED_SIGHTS = [
  ...['completed', 'expired', 'failed', 'released', 'paused'].map((outcome) => `completed after ${outcome}`),
  ...['cancelled', 'expired', 'failed', 'released', 'paused'].map((outcome) => `cancelled after ${outcome}`),
  'failed after failed',
  'a sweep pauses itself',
  ...['completed after held', 'pruned after held', 'pruned after pruned', 'cancelled after held'],
  ...['running', 'paused'].map((state) => `a ${state} sweep is extended`),
  ...['a sweep grows', 'a held trial goes on', 'completed early'],
  ...[
    'pause',
    'resume',
    'cancel',
    'retry',
    'delete',
    'cancel trial',
    'retry trial',
    'drain',
    'create',
  ].flatMap((order) => [`${order} answered`, `${order} refused`]),
  ...['create', 'deliver', 'epoch', 'finish', 'fail', 'give back', 'retry', 'resume'].map(
    (kind) => `${kind} cut short`,
  ),
]

async function liveLawfully(
  world: World,
  happenings: readonly Happening[],
  seen: Set<string>,
): Promise<void> {
  let before = await takeSnapshot(world.store)
  for (const what of happenings) {
    const fence = world.fenceOf(what)
    const outcome = await world.happen(what)
    const after = await takeSnapshot(world.store)
    const faults = [
      ...world.store.faults,
      ...world.faults,
      ...listFaults(after, world.store),
      ...listForbiddenChanges({ what, outcome, fence, before, after }),
    ]
    if ((await world.countForgotten()) > 0) faults.push('a waiting trial has no job')
    // Asserting is dear; most moments have nothing to assert.
    if (faults.length > 0) expect(faults, `after "${what.kind}"`).toEqual([])
    seen.add(`${what.kind} ${outcome.kind}`)
    before = after
  }
}

function listUnfinished({ sweeps, trials }: Snapshot): string[] {
  return [
    ...trials.filter(({ state }) => !isEnded(state)).map(({ number }) => `trial ${number} did not end`),
    ...sweeps
      .filter(({ state }) => state !== 'completed' && state !== 'cancelled')
      .map(({ name }) => `the sweep "${name}" did not end`),
  ]
}
