import { availableParallelism } from 'node:os'
import { commonVariables, parseEnvironment, wholeNumberVariable } from '@sweepd/core'
import { z } from 'zod'

const envSchema = z.object({
  ...commonVariables,
  WORKER_SLOTS: wholeNumberVariable(1, 1024).default(() => availableParallelism()),
  ENGINE: z
    .enum(['auto', 'cpu'], { error: 'is auto or cpu; the GPU engines are not in this version' })
    .default('auto'),
  LEASE_MS: wholeNumberVariable(1000, 3_600_000).default(15_000),
  MAX_ATTEMPTS: wholeNumberVariable(1, 100).default(5),
  RETRY_BACKOFF_MS: wholeNumberVariable(0, 3_600_000).default(1000),
  DRAIN_TIMEOUT_MS: wholeNumberVariable(0, 86_400_000).default(30_000),
})

/** How a worker is configured: the one place that says so. Durations in milliseconds. */
export type Env = z.output<typeof envSchema>

/** @throws EnvironmentError naming every faulty variable. */
export const parseEnv = (source: Readonly<Record<string, string | undefined>>): Env =>
  parseEnvironment(envSchema, source)
