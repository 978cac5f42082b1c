import type { SweepClient } from '@sweepd/client'
import type { TrialDetail } from '@sweepd/core'
import { CliError } from '../cli-error.js'
import { listAllTrials } from '../follow/list-all-trials.js'
import { formatReason } from '../render/event-line.js'
import { isTrialOf, SEED_MODELS, type SeedModel } from './seed-models.js'
import type { SubmittedSweep } from './submit-sweeps.js'

/** How many points below the seed's figure still count as the same: one seed each, and other software. */
const TOLERANCE_POINTS = 1

/** One of the seed's models, trained here. */
export interface ModelResult {
  readonly model: SeedModel
  readonly trial: TrialDetail
  /** The metric that the seed tells, in percent. */
  readonly percent: number
  /** Ours less the seed's, in points. */
  readonly difference: number
  /** Whether it is within one point of the seed's, or above. */
  readonly isReached: boolean
}

/** The results of all models, in the seed's order. @throws CliError naming a model whose trial did not complete */
export async function collectResults(
  client: SweepClient,
  submitted: readonly SubmittedSweep[],
): Promise<ModelResult[]> {
  const results: ModelResult[] = []
  for (const model of SEED_MODELS) {
    const { sweep } = submitted.find(({ file }) => file === model.file) ?? {}
    const trials = sweep ? await listAllTrials(client, { sweepId: sweep.id }) : []
    const trial = trials.find((candidate) => isTrialOf(model, candidate))
    if (trial === undefined) throw new CliError(`${model.file} has no trial for the model ${model.name}.`)
    results.push(compare(model, await client.getTrial(trial.id)))
  }
  return results
}

function compare(model: SeedModel, trial: TrialDetail): ModelResult {
  const value = trial.metrics[model.metric]
  if (trial.state !== 'completed' || value === null)
    throw new CliError(
      `The trial of the model ${model.name} is ${trial.state}${formatReason(trial)}. Run it again: npm run reproduce`,
    )
  const percent = value * 100
  const difference = percent - model.seedPercent
  return { model, trial, percent, difference, isReached: difference >= -TOLERANCE_POINTS }
}
