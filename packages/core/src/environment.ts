import { z } from 'zod'

/** The environment cannot be used; the message names every faulty variable on a line of its own. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError'
}

/** A variable that is a whole number. */
export const wholeNumberVariable = (min: number, max: number) => {
  const what = `is a whole number from ${min} to ${max}`
  return z
    .string()
    .regex(/^\d{1,15}$/, what)
    .transform(Number)
    .pipe(z.int(what).min(min, what).max(max, what))
}

const connectionUrl = (protocol: RegExp, hostname: RegExp, example: string) =>
  z.url({ protocol, hostname, error: `is a URL such as ${example}` }).optional()

/** Variables that more than one app reads; each app takes what it needs into its own schema. */
export const commonVariables = {
  DATABASE_URL: connectionUrl(/^postgres(ql)?$/, /.*/, 'postgresql://user:password@host:5432/sweepd'),
  // ioredis would take a URL without a host for the path of a socket.
  REDIS_URL: connectionUrl(/^rediss?$/, /./, 'redis://host:6379'),
  SWEEPD_DATA_DIR: z.string().default('.sweepd'),
  FASHION_MNIST_DIR: z.string().optional(),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      error: 'is one of fatal, error, warn, info, debug, trace, silent',
    })
    .default('info'),
  RECONCILE_INTERVAL_MS: wholeNumberVariable(100, 3_600_000).default(3000),
} as const

/**
 * The environment of a process to a configuration; a variable that is set but empty counts as unset.
 * @throws EnvironmentError naming every faulty variable.
 */
export function parseEnvironment<T extends z.ZodType>(
  schema: T,
  source: Readonly<Record<string, string | undefined>>,
): z.output<T> {
  const set = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''))
  const result = schema.safeParse(set)
  if (result.success) return result.data
  const faults = result.error.issues.map(({ path, message }) => `  ${path.join('.')} ${message}`)
  throw new EnvironmentError(['The environment has faults:', ...faults].join('\n'))
}
