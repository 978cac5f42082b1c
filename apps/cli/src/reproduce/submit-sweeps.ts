import { resolve } from 'node:path'
import type { SweepClient } from '@sweepd/client'
import { type Hyperparameters, parseSweepDefinition, type Sweep } from '@sweepd/core'
import { findSameSweep } from '../find-same-sweep.js'
import { PROJECT_ROOT } from '../project-root.js'
import { readSweepFile } from '../read-sweep-file.js'
import { SEED_SWEEP_FILES } from './seed-models.js'

/** Hyperparameters of a quick trial, instead of those of the sweep files. */
export type Shortening = Partial<Pick<Hyperparameters, 'epochs' | 'trainSize'>>

/** A sweep of the seed's models in the service. */
export interface SubmittedSweep {
  readonly file: string
  readonly sweep: Sweep
  /** Whether it was there already, from a run that was interrupted. */
  readonly isResumed: boolean
}

/** Submits the sweeps of the seed's models, the longest first, except those that are there and have not failed. */
export async function submitSweeps(client: SweepClient, shortening: Shortening): Promise<SubmittedSweep[]> {
  const submitted: SubmittedSweep[] = []
  for (const file of SEED_SWEEP_FILES) {
    const definition = parseSweepDefinition(
      await readSweepFile(resolve(PROJECT_ROOT, 'examples', file), PROJECT_ROOT),
    )
    const wanted = { ...definition, fixed: { ...definition.fixed, ...shortening } }
    const known = await findSameSweep(client, wanted, canGoOn)
    submitted.push({
      file,
      sweep: known ?? (await client.createSweep(wanted)),
      isResumed: known !== undefined,
    })
  }
  return submitted
}

const canGoOn = ({ state, trialCounts }: Sweep): boolean => state !== 'cancelled' && trialCounts.failed === 0
