import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { commonVariables, parseEnvironment, wholeNumberVariable } from '@sweepd/core'
import { z } from 'zod'
import { PROJECT_ROOT } from './project-root.js'

const { SWEEPD_DATA_DIR, DATABASE_URL, REDIS_URL, FASHION_MNIST_DIR } = commonVariables

const envSchema = z.object({
  SWEEPD_DATA_DIR,
  DATABASE_URL,
  REDIS_URL,
  FASHION_MNIST_DIR,
  SWEEPD_ENGINES_DIR: z.string().optional(),
  /** 0 takes any free port. */
  PORT: wholeNumberVariable(0, 65_535).default(3000),
  HOST: z.string().default('127.0.0.1'),
  SWEEPD_URL: z
    .url({ protocol: /^https?$/, error: 'is a URL such as http://127.0.0.1:3000' })
    .refine((url) => !/[?#]/.test(url), 'ends with its path; leave out the query and the fragment (? or #)')
    .optional(),
  API_TOKEN: z.string().optional(),
  NO_COLOR: z.string().optional(),
  TERM: z.string().optional(),
  INIT_CWD: z.string().optional(),
})

/** How the command line is configured; paths are absolute. */
export interface Env
  extends Omit<z.output<typeof envSchema>, 'SWEEPD_URL' | 'SWEEPD_ENGINES_DIR' | 'INIT_CWD'> {
  /** Where engines are that do not come with npm. */
  readonly SWEEPD_ENGINES_DIR: string
  /** Where the API is that `run`, `watch` and `trials` speak to. */
  readonly SWEEPD_URL: string
  /** Where the person stands; npm changes the working directory and tells the former one in INIT_CWD. */
  readonly workingDir: string
  /** What child processes get: everything that this process was given, with paths made absolute. */
  readonly forChildren: Readonly<Record<string, string | undefined>>
}

/** Adds what the `.env` file of the project says to the environment of this process; what is set already stays. */
export function loadEnvFile(file = resolve(PROJECT_ROOT, '.env')): void {
  if (existsSync(file)) process.loadEnvFile(file)
}

/**
 * The environment of a process to a configuration.
 * @throws EnvironmentError naming every faulty variable.
 */
export function parseEnv(source: Readonly<Record<string, string | undefined>>, cwd = process.cwd()): Env {
  const { INIT_CWD, SWEEPD_URL, FASHION_MNIST_DIR, SWEEPD_ENGINES_DIR, ...env } = parseEnvironment(
    envSchema,
    source,
    (file) => readFileSync(file, 'utf8'),
  )
  const workingDir = INIT_CWD ?? cwd
  const paths = {
    SWEEPD_DATA_DIR: resolve(workingDir, env.SWEEPD_DATA_DIR),
    SWEEPD_ENGINES_DIR: resolve(workingDir, SWEEPD_ENGINES_DIR ?? join(env.SWEEPD_DATA_DIR, 'engines')),
    ...(FASHION_MNIST_DIR && { FASHION_MNIST_DIR: resolve(workingDir, FASHION_MNIST_DIR) }),
  }
  return {
    ...env,
    ...paths,
    SWEEPD_URL: SWEEPD_URL ?? `http://127.0.0.1:${env.PORT || 3000}`,
    workingDir,
    forChildren: { ...source, ...paths },
  }
}
