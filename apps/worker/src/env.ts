import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { commonVariables, parseEnvironment, wholeNumberVariable } from '@sweepd/core'
import { ENGINE_SETTINGS } from '@sweepd/model'
import { z } from 'zod'

const DEFAULT_HEARTBEAT_MS = 1000

const variables = z.object({
  ...commonVariables,
  /** Trials at once. Undefined: one for each core, or SLOTS_PER_GPU for each GPU. */
  WORKER_SLOTS: wholeNumberVariable(1, 1024).optional(),
  /** Slots that may share a GPU; each has it by a lease in the database. */
  SLOTS_PER_GPU: wholeNumberVariable(1, 64).default(1),
  /** For tests: UUIDs, by commas, of GPUs that are leased although slots train on the CPU. */
  SWEEPD_FAKE_GPUS: z
    .string()
    .transform((list) => list.split(',').map((uuid) => uuid.trim()))
    .optional(),
  ENGINE: z.enum(ENGINE_SETTINGS, { error: `is one of ${ENGINE_SETTINGS.join(', ')}` }).default('auto'),
  /** Engines that do not come with npm. */
  SWEEPD_ENGINES_DIR: z.string().optional(),
  LEASE_MS: wholeNumberVariable(1000, 3_600_000).default(15_000),
  HEARTBEAT_MS: wholeNumberVariable(100, 3_600_000).optional(),
  CHILD_SILENCE_MS: wholeNumberVariable(4000, 86_400_000).default(60_000),
  CHECKPOINT_INTERVAL_MS: wholeNumberVariable(0, 3_600_000).default(2000),
  /** Of so many of the best trials of each sweep models are kept. */
  KEEP_MODELS: wholeNumberVariable(0, 1000).default(5),
  MAX_ATTEMPTS: wholeNumberVariable(1, 100).default(5),
  RETRY_BACKOFF_MS: wholeNumberVariable(0, 3_600_000).default(1000),
  DRAIN_TIMEOUT_MS: wholeNumberVariable(0, 86_400_000).default(30_000),
  /** Ends, with exit code 0, when it had no trial for so many seconds. Undefined: never. */
  WORKER_EXIT_WHEN_IDLE: wholeNumberVariable(1, 86_400).optional(),
  /** Of the data sets that people added, together, in the data folder. */
  DATASET_CACHE_BYTES: wholeNumberVariable(1, 999_999_999_999_999).default(20 * 1024 ** 3),
  /** A file that each successful heartbeat writes, for a health check from outside. */
  HEARTBEAT_FILE: z.string().optional(),
  /** Exit code after a signal. Containers restart a worker that their engine stopped, but none that was drained (0). */
  SIGNAL_EXIT_CODE: wholeNumberVariable(0, 255).default(0),
})

/** A beat that is lost must not cost a lease. */
const envSchema = variables
  .refine(({ HEARTBEAT_MS = 0, LEASE_MS }) => 2 * HEARTBEAT_MS <= LEASE_MS, {
    path: ['HEARTBEAT_MS'],
    error: 'is at most half of LEASE_MS; lower it, or raise LEASE_MS',
  })
  .transform((env) => ({
    ...env,
    SWEEPD_ENGINES_DIR: env.SWEEPD_ENGINES_DIR ?? join(env.SWEEPD_DATA_DIR, 'engines'),
    HEARTBEAT_MS: env.HEARTBEAT_MS ?? Math.min(DEFAULT_HEARTBEAT_MS, Math.floor(env.LEASE_MS / 3)),
  }))

/** How a worker is configured: the one place that says so. Durations in milliseconds. */
export type Env = z.output<typeof envSchema>

const readSecret = (file: string) => readFileSync(file, 'utf8')

/** @throws EnvironmentError naming every faulty variable. */
export const parseEnv = (source: Readonly<Record<string, string | undefined>>): Env =>
  parseEnvironment(envSchema, source, readSecret)
