import { join } from 'node:path'
import type { CleanUp } from '@sweepd/process'
import { ApiVisitor, type Visits } from './api-visitor.js'
import { checkJournal } from './checks/check-journal.js'
import { checkNumbers } from './checks/check-numbers.js'
import { checkTrials } from './checks/check-trials.js'
import type { QueueBackend } from './deployment/servers.js'
import type { Fault, FaultResult } from './fault.js'
import type { SuiteForm } from './form.js'
import { waitForMoment } from './moment.js'
import { createRandom } from './random.js'
import { measureRecovery } from './recovery.js'
import type { Outcome } from './run-sweep.js'
import { concludeSweep, type EndedSweep, type RunningSweep, startSweep, waitForEnd } from './run-sweep.js'

/** What all faults of a run have in common. */
export interface RunOptions {
  readonly form: SuiteForm
  readonly seed: number
  /** The same sweep without any fault. */
  readonly undisturbed: Outcome
}

/** Runs a sweep, injects the fault at a random moment of it, and checks what came of both. Never throws. */
export async function runFault(
  fault: Fault,
  backend: QueueBackend,
  options: RunOptions,
  cleanUp: CleanUp,
): Promise<FaultResult> {
  const obstacle = fault.findObstacle?.()
  if (obstacle !== undefined) return { fault, backend, type: 'skipped', reason: obstacle }
  try {
    return await disturbSweep(fault, backend, options, cleanUp)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return { fault, backend, type: 'broken', reason }
  } finally {
    await cleanUp.run()
  }
}

async function disturbSweep(
  fault: Fault,
  backend: QueueBackend,
  { form, seed, undisturbed }: RunOptions,
  cleanUp: CleanUp,
): Promise<FaultResult> {
  const random = createRandom(seed, `${fault.name} ${backend}`)
  const logFolder = form.logFolder && join(form.logFolder, `${fault.name}-${backend}`)
  const sweep = await startSweep(backend, { ...form, logFolder }, fault.needs ?? {}, cleanUp)
  const visitor = new ApiVisitor(sweep.deployment.apiUrl, sweep.sweepId)
  cleanUp.add(async () => void (await visitor.leave()))
  const trials = await waitForMoment({
    ...sweep,
    ...form,
    running: form.workers * form.slotsPerWorker,
    random,
  })
  const atMs = Date.now()
  await fault.inject({ deployment: sweep.deployment, form, random })
  const happened = { atMs, overMs: Date.now(), trials }
  await waitForEnd(sweep, form.deadlineMs)
  const visits = await visitor.leave()
  const ended = await concludeSweep(sweep)
  return {
    fault,
    backend,
    type: 'ended',
    violations: listViolations(fault, ended, { form, undisturbed }, visits),
    recovery: measureRecovery(ended.journal, happened),
    visits,
    interruptedAttempts: countInterruptions(ended.outcome),
  }
}

const listViolations = (
  fault: Fault,
  ended: EndedSweep,
  { form, undisturbed }: Pick<RunOptions, 'form' | 'undisturbed'>,
  visits: Visits,
): string[] => [
  ...checkTrials(ended.outcome, undisturbed.trials.length),
  ...checkNumbers(ended.outcome, undisturbed),
  ...checkJournal(ended.journal, form.checkpointIntervalMs),
  ...ended.wrongEnds,
  ...(ended.checkpointsLeft > 0 ? [`${ended.checkpointsLeft} checkpoints are left`] : []),
  ...visits.hangs.map((path) => `GET ${path} had no end`),
  ...(fault.interrupts && countInterruptions(ended.outcome) === 0 ? ['no attempt was interrupted'] : []),
  ...(fault.spares && countInterruptions(ended.outcome) > 0 ? ['attempts were interrupted'] : []),
  ...(visits.slowestMs > (fault.answersWithinMs ?? Number.POSITIVE_INFINITY)
    ? [`a request took ${Math.round(visits.slowestMs)} ms, allowed are ${fault.answersWithinMs}`]
    : []),
]

const countInterruptions = ({ trials }: Outcome): number =>
  trials.reduce((sum, { attempts }) => sum + attempts - 1, 0)

/** Runs the sweep of this form without any fault. */
export async function runUndisturbed(
  backend: QueueBackend,
  form: SuiteForm,
  cleanUp: CleanUp,
): Promise<{ outcome: Outcome; durationMs: number }> {
  try {
    const sweep: RunningSweep = await startSweep(backend, form, {}, cleanUp)
    const startedAt = performance.now()
    await waitForEnd(sweep, form.deadlineMs)
    const durationMs = performance.now() - startedAt
    const { outcome } = await concludeSweep(sweep)
    const faults = checkTrials(outcome, outcome.sweep.trialCounts.total)
    if (faults.length > 0) throw new Error(`without any fault: ${faults.join('; ')}`)
    return { outcome, durationMs }
  } finally {
    await cleanUp.run()
  }
}
