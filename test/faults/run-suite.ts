import type { CleanUp } from '@sweepd/process'
import { findRedisFault } from '@sweepd/testing'
import type { QueueBackend } from './deployment/servers.js'
import type { Fault, FaultResult } from './fault.js'
import type { SuiteOptions } from './options.js'
import { runFault, runUndisturbed } from './run-fault.js'

/** What a run reports while it is running. */
export interface SuiteListener {
  onUndisturbed(durationMs: number): void
  onFault(fault: Fault, backend: QueueBackend): void
  onResult(result: FaultResult): void
}

/**
 * Runs the undisturbed sweep, then one sweep for each fault and queue. `cleanUp` holds at any time what must be undone
 * should the suite be interrupted.
 */
export async function runSuite(
  { backends, faults, seed, form }: SuiteOptions,
  listener: SuiteListener,
  cleanUp: CleanUp,
): Promise<FaultResult[]> {
  const redisFault = backends.includes('redis') ? await findRedisFault() : undefined
  const { outcome: undisturbed, durationMs } = await runUndisturbed('postgres', form, cleanUp)
  listener.onUndisturbed(durationMs)
  const results: FaultResult[] = []
  for (const backend of backends)
    for (const fault of faults.filter((each) => each.backend === undefined || each.backend === backend)) {
      listener.onFault(fault, backend)
      const result: FaultResult =
        backend === 'redis' && redisFault !== undefined
          ? { fault, backend, type: 'skipped', reason: redisFault }
          : await runFault(fault, backend, { form, seed, undisturbed }, cleanUp)
      listener.onResult(result)
      results.push(result)
    }
  return results
}
