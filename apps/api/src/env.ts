import { commonVariables, parseEnvironment, wholeNumberVariable } from '@sweepd/core'
import { z } from 'zod'

const { DATABASE_URL, REDIS_URL, SWEEPD_DATA_DIR, LOG_LEVEL, RECONCILE_INTERVAL_MS } = commonVariables

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/i

const envSchema = z
  .object({
    DATABASE_URL,
    REDIS_URL,
    SWEEPD_DATA_DIR,
    LOG_LEVEL,
    RECONCILE_INTERVAL_MS,
    PORT: wholeNumberVariable(0, 65_535).default(3000),
    HOST: z.string().default('127.0.0.1'),
    MAX_TRIALS: wholeNumberVariable(1, 1_000_000).default(100_000),
    API_TOKEN: z
      .string()
      .regex(/^[\x21-\x7e]+$/, 'is printable ASCII without spaces')
      .optional(),
  })
  .refine(({ HOST, API_TOKEN }) => API_TOKEN !== undefined || LOOPBACK.test(HOST), {
    path: ['API_TOKEN'],
    error: 'is required where other machines can reach HOST; set it, or set HOST to 127.0.0.1',
    // Also where another variable is faulty, so that one answer names all.
    when: ({ value }) => typeof (value as { HOST?: unknown }).HOST === 'string',
  })

/** How the API is configured: the one place that says so. Durations in milliseconds; port 0 takes any free one. */
export type Env = z.output<typeof envSchema>

/** @throws EnvironmentError naming every faulty variable. */
export const parseEnv = (source: Readonly<Record<string, string | undefined>>): Env =>
  parseEnvironment(envSchema, source)
