import { parseEnvironment, wholeNumberVariable } from '@sweepd/core'
import { z } from 'zod'

const settingsSchema = z.object({
  /** Requests that the suite sends at least. */
  FUZZ_RUNS: wholeNumberVariable(1, 100_000_000).default(10_000),
  /** The same seed sends the same requests. Fixed by default, so that a run turns red for a change and not by chance. */
  FUZZ_SEED: wholeNumberVariable(0, 2 ** 31 - 1).default(2019),
})

/** How much the fuzz suite sends, and what: `FUZZ_SEED=$RANDOM FUZZ_RUNS=100000` looks further than CI does. */
export const fuzzSettings = parseEnvironment(settingsSchema, process.env)
