import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { createFolder } from '@sweepd/process'
import { DATABASE_USER, type DataFolder, passwordFileOf } from './data-folder.js'
import { EmbeddedPostgresError, isDiskFull } from './embedded-postgres-error.js'
import { isAlive } from './find-running-postgres.js'
import { type PostgresBinaries, SERVER_ENVIRONMENT } from './postgres-binaries.js'
import { giveTo, type ServerIdentity } from './server-identity.js'

const INITDB_OPTIONS = [
  '-U',
  DATABASE_USER,
  '-A',
  'scram-sha-256',
  '-E',
  'UTF8',
  '--locale=C',
  '--no-instructions',
]

/**
 * Makes sure that the folder holds a cluster of the binaries' version.
 * A new one is made beside its place and moved there whole, so that a kill leaves none or a complete one.
 * @throws EmbeddedPostgresError `initdb-failed`, `version-mismatch` or `folder-unusable`
 */
export async function createCluster(
  folder: DataFolder,
  binaries: PostgresBinaries,
  identity: ServerIdentity,
): Promise<void> {
  await createFolder(folder.root).catch((cause) => refuse(folder.root, cause))
  await removeRemains(folder)
  if (existsSync(folder.cluster)) return checkVersion(folder, binaries)
  const draft = `${folder.cluster}.new-${process.pid}-${randomBytes(3).toString('hex')}`
  try {
    await makeDraft(draft, binaries, identity)
    // Another process may have been faster; then its cluster is as good.
    await rename(draft, folder.cluster).catch((error) => {
      if (!existsSync(folder.cluster)) throw error
    })
  } finally {
    await rm(draft, { recursive: true, force: true })
    await rm(`${draft}.password`, { force: true })
  }
}

async function makeDraft(draft: string, binaries: PostgresBinaries, identity: ServerIdentity): Promise<void> {
  const password = `${draft}.password`
  await mkdir(draft, { mode: 0o700 }).catch((cause) => refuse(path.dirname(draft), cause))
  await giveTo(identity, draft)
  await writeFile(password, randomBytes(24).toString('base64url'), { mode: 0o600, flag: 'wx' })
  await giveTo(identity, password)
  await initdb(draft, password, binaries, identity)
  await rename(password, passwordFileOf(draft))
}

/** As another user, initdb could not look the password file up by its path: it gets it opened, as its input. */
async function initdb(draft: string, password: string, binaries: PostgresBinaries, identity: ServerIdentity) {
  const input = await open(password, 'r')
  const cluster = identity.clusterArgument(draft)
  const passwordArgument = cluster === draft ? password : '/proc/self/fd/0'
  try {
    const child = spawn(binaries.initdb, ['-D', cluster, `--pwfile=${passwordArgument}`, ...INITDB_OPTIONS], {
      ...identity.user,
      cwd: draft,
      env: SERVER_ENVIRONMENT,
      stdio: [input.fd, 'pipe', 'pipe'],
    })
    const output: string[] = []
    child.stdout?.on('data', (text) => output.push(String(text)))
    child.stderr?.on('data', (text) => output.push(String(text)))
    const status = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject).on('close', resolve)
    })
    if (status !== 0) throw explainFailure(draft, output.join(''))
  } finally {
    await input.close()
  }
}

function explainFailure(draft: string, output: string): EmbeddedPostgresError {
  const lines = output.trim().split('\n').slice(-8).join('\n')
  const remedy = isDiskFull(output)
    ? 'The disk is full: free 100 MB, or point SWEEPD_DATA_DIR to another disk.'
    : 'Point SWEEPD_DATA_DIR to another folder, or set DATABASE_URL to a Postgres of your own.'
  const message = `initdb could not create a database in ${path.dirname(draft)}. ${remedy}\n${lines}`
  return new EmbeddedPostgresError('initdb-failed', message)
}

async function checkVersion({ cluster }: DataFolder, { majorVersion }: PostgresBinaries): Promise<void> {
  const version = await readFile(path.join(cluster, 'PG_VERSION'), 'utf8').catch((cause) => {
    if (cause.code === 'EACCES') refuse(cluster, cause)
    const message = `${cluster} exists but holds no Postgres database. Move it away, or point SWEEPD_DATA_DIR to another folder.`
    throw new EmbeddedPostgresError('folder-unusable', message, { cause })
  })
  if (Number(version) === majorVersion) return
  throw new EmbeddedPostgresError(
    'version-mismatch',
    `${cluster} was made by Postgres ${version.trim()}, but version ${majorVersion} is installed. ` +
      `Move it over with pg_dump and pg_restore, or point SWEEPD_DATA_DIR to a new folder.`,
  )
}

/** What processes that died in the middle of initdb left behind; where initdb itself still writes, the next start is in time. */
async function removeRemains({ root, cluster }: DataFolder): Promise<void> {
  const prefix = `${path.basename(cluster)}.new-`
  for (const name of await readdir(root).catch(() => [])) {
    const pid = name.startsWith(prefix) ? Number.parseInt(name.slice(prefix.length), 10) : Number.NaN
    if (!Number.isNaN(pid) && !isAlive(pid))
      await rm(path.join(root, name), { recursive: true, force: true }).catch(() => {})
  }
}

function refuse(place: string, cause: NodeJS.ErrnoException): never {
  const message = `The data folder ${place} cannot be used (${cause.code}). Make it yours with chown, or point SWEEPD_DATA_DIR to another folder.`
  throw new EmbeddedPostgresError('folder-unusable', message, { cause })
}
