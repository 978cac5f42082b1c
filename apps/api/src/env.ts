import { readFileSync } from 'node:fs'
import { commonVariables, parseEnvironment, wholeNumberVariable } from '@sweepd/core'
import { z } from 'zod'
import { isLoopback, isProxyList } from './addresses.js'

const { DATABASE_URL, REDIS_URL, SWEEPD_DATA_DIR, LOG_LEVEL, RECONCILE_INTERVAL_MS } = commonVariables

/** A token that can be guessed protects nothing: 16 characters of hexadecimal are 64 bits. */
const MIN_TOKEN_LENGTH = 16

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
    /** MiB that training one point may take by estimate. */
    MAX_TRIAL_MEMORY_MIB: wholeNumberVariable(1, 10_000_000).default(8192),
    /** Requests per minute that one address may make; 0 is any number. */
    RATE_LIMIT: wholeNumberVariable(0, 1_000_000).default(6000),
    /** Of one data set that is added, and of the file that it is made from. */
    MAX_DATASET_BYTES: wholeNumberVariable(1, 999_999_999_999_999).default(4 * 1024 ** 3),
    TRUST_PROXY: z
      .string()
      .refine(isProxyList, 'is a list of addresses or subnets, such as 10.0.0.0/8,192.168.1.7')
      .optional(),
    API_TOKEN: z
      .string()
      .min(
        MIN_TOKEN_LENGTH,
        `has at least ${MIN_TOKEN_LENGTH} characters; "openssl rand -hex 32" prints a good one`,
      )
      .regex(/^[\x21-\x7e]+$/, 'is printable ASCII without spaces')
      .optional(),
  })
  .refine(({ HOST, API_TOKEN }) => API_TOKEN !== undefined || isLoopback(HOST), {
    path: ['API_TOKEN'],
    error: 'is required where other machines can reach HOST; set it, or set HOST to 127.0.0.1',
    // Also if another variable is invalid, so that one error names all.
    when: ({ value }) => typeof (value as { HOST?: unknown }).HOST === 'string',
  })

/** How the API is configured: the one place that says so. Durations in milliseconds; port 0 takes any free one. */
export type Env = z.output<typeof envSchema>

const readSecret = (file: string) => readFileSync(file, 'utf8')

/** @throws EnvironmentError naming every faulty variable. */
export const parseEnv = (source: Readonly<Record<string, string | undefined>>): Env =>
  parseEnvironment(envSchema, source, readSecret)
