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

/** Variables that may come from a file instead, which NAME_FILE names: a value in the environment is easily printed. */
const SECRET_VARIABLES = ['DATABASE_URL', 'REDIS_URL', 'API_TOKEN']

type Variables = Readonly<Record<string, string | undefined>>

/**
 * The environment of a process to a configuration; a variable that is set but empty counts as unset. `readFile` returns
 * the text of a secret's file; without it, secrets are read from the environment alone.
 * @throws EnvironmentError naming every faulty variable.
 */
export function parseEnvironment<T extends z.ZodType>(
  schema: T,
  source: Variables,
  readFile?: (path: string) => string,
): z.output<T> {
  const set = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''))
  const { secrets, faults } = readFile ? readSecrets(set, readFile) : { secrets: {}, faults: [] }
  const result = schema.safeParse({ ...set, ...secrets })
  if (result.success && faults.length === 0) return result.data
  const issues = result.error?.issues ?? []
  // A secret whose file is at fault has been named already.
  const others = issues.filter(
    ({ path }) => !faults.some((fault) => fault.startsWith(`${path.join('.')}_FILE `)),
  )
  const lines = [...faults, ...others.map(({ path, message }) => `${path.join('.')} ${message}`)]
  throw new EnvironmentError(['The environment has faults:', ...lines.map((line) => `  ${line}`)].join('\n'))
}

function readSecrets(set: Variables, readFile: (path: string) => string) {
  const secrets: Record<string, string> = {}
  const faults: string[] = []
  for (const name of SECRET_VARIABLES) {
    const path = set[`${name}_FILE`]
    if (path === undefined) continue
    if (set[name] !== undefined) {
      faults.push(`${name}_FILE is set, and so is ${name}; keep one of them`)
      continue
    }
    try {
      // Editors and echo end a file with a line break, which belongs to no secret.
      secrets[name] = readFile(path).replace(/\r?\n$/, '')
      if (secrets[name] === '')
        faults.push(`${name}_FILE names an empty file (${path}); put the value into it`)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      faults.push(`${name}_FILE cannot be read (${reason}); name a file that this user may read`)
    }
  }
  return { secrets, faults }
}
