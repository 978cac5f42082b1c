import { CleanUp } from '@sweepd/process'
import { findRedisFault } from '@sweepd/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { QueueBackend } from './deployment/servers.js'
import type { Fault } from './fault.js'
import { flushRedis } from './faults/jobs.js'
import { loseAnswers } from './faults/networks.js'
import { killPostgres, suspendWorker } from './faults/processes.js'
import { SHORT } from './form.js'
import { runFault, runUndisturbed } from './run-fault.js'
import type { Outcome } from './run-sweep.js'

/** The same moments at each run: what is found here by chance could not be found again. */
const SEED = 2019

const redisFault = await findRedisFault()
const cleanUp = new CleanUp()
let undisturbed: Outcome

beforeAll(async () => {
  undisturbed = (await runUndisturbed('postgres', SHORT, cleanUp)).outcome
}, SHORT.deadlineMs)
afterAll(() => cleanUp.run())

/** Those that touch most of what must hold; `npm run test:faults` runs every fault, on longer sweeps. */
const CASES: readonly (readonly [QueueBackend, Fault])[] = [
  ['postgres', killPostgres],
  ['postgres', loseAnswers],
  ['redis', suspendWorker],
  ['redis', flushRedis],
]

describe.each(CASES)('a sweep with its queue in %s', { timeout: 2 * SHORT.deadlineMs }, (backend, fault) => {
  it.skipIf(backend === 'redis' && redisFault !== undefined)(`survives: ${fault.title}`, async () => {
    const result = await runFault(fault, backend, { form: SHORT, seed: SEED, undisturbed }, cleanUp)
    if (result.type !== 'ended') throw new Error(result.reason)
    expect(result.violations).toEqual([])
  })
})
