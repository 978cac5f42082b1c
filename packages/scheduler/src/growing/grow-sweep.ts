import type { SchedulerPorts, TrialJob } from '../ports.js'
import { inviteToLimitedSweep, offerJobs } from '../queueing/offer-jobs.js'
import { decideGrowth, isIdle } from './decide-growth.js'
import type { Growth, GrowthStep } from './growth.js'

/** Others that change the sweep at the same time look at it after that as well: one of them sees all of it. */
const MOST_LOOKS = 10

/**
 * After a trial ended or was held: lets held trials go on, prunes them, adds the trials that the sampler suggests now, or
 * ends the growth. Does nothing for a sweep that neither grows nor holds trials. Safe to repeat: it decides by what is
 * stored alone, and a step is stored only if that has not changed meanwhile. So a step that a crash prevents is taken by
 * the next one who asks, with the same points. True if it changed something, and invited workers to it.
 */
export async function growSweep(ports: SchedulerPorts, sweepId: string): Promise<boolean> {
  const taken = await takeStep(ports, sweepId)
  if (taken === undefined) return false
  const { growth, step } = taken
  if (growth.maxParallel === null) await offerJobs(ports.queue, listJobs(growth, step))
  else await inviteToLimitedSweep(ports, sweepId)
  return true
}

/** The same for every sweep, with jobs for exactly the trials that wait now. Returns how many it changed. */
export async function growSweeps(ports: SchedulerPorts): Promise<number> {
  let changed = 0
  for (const sweepId of await ports.store.listGrowingSweeps()) {
    const taken = await takeStep(ports, sweepId)
    if (taken === undefined) continue
    changed++
    await offerJobs(ports.queue, listJobs(taken.growth, taken.step))
  }
  return changed
}

async function takeStep(
  { store }: SchedulerPorts,
  sweepId: string,
): Promise<{ growth: Growth; step: GrowthStep } | undefined> {
  for (let look = 0; look < MOST_LOOKS; look++) {
    const growth = await store.findGrowth(sweepId)
    if (growth === undefined) return undefined
    const step = decideGrowth(growth)
    if (isIdle(step)) return undefined
    if (await store.growSweep(sweepId, growth.revision, step)) return { growth, step }
  }
  return undefined
}

function listJobs({ trials }: Growth, { promoted, added }: GrowthStep): TrialJob[] {
  const goesOn = new Set(promoted)
  return [
    ...trials
      .filter(({ id }) => goesOn.has(id))
      .map(({ id, attempts }) => ({ trialId: id, attempt: attempts + 1 })),
    ...added.map(({ id }) => ({ trialId: id, attempt: 1 })),
  ]
}
