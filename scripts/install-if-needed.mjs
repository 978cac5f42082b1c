import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkNodeVersion } from './check-node-version.mjs'
import { ROOT, runCommand, secondsSince } from './run-command.mjs'

/** How often progress is told: a line that is written over on a terminal, a new line elsewhere. */
const PROGRESS_MS = { terminal: 500, elsewhere: 15_000 }

/** Runs `npm ci` unless what package-lock.json asks for is installed. Ends the process if that fails. */
export async function installIfNeeded() {
  checkNodeVersion()
  const wanted = readPackages('package-lock.json')
  if (isInstalled(wanted, readPackages('node_modules/.package-lock.json'))) return
  await install(Object.keys(wanted).filter((path) => isRequired(path, wanted[path])))
}

/** Optional packages depend on the platform. */
const isRequired = (path, entry) => path.includes('node_modules/') && !entry.optional

/**
 * Compares what npm wrote down when it last finished an installation with what is asked for. So an interrupted
 * one does not count, and one made by hand with `npm install` does.
 */
function isInstalled(wanted, installed) {
  return Object.entries(wanted)
    .filter(([path, entry]) => isRequired(path, entry))
    .every(([path, { version, link, resolved }]) => {
      const found = installed[path]
      return found && (link ? found.resolved === resolved : found.version === version)
    })
}

/** The packages of a lock file by path; none if it cannot be read. */
function readPackages(lockFile) {
  try {
    return JSON.parse(readFileSync(resolve(ROOT, lockFile), 'utf8')).packages ?? {}
  } catch {
    return {}
  }
}

async function install(paths) {
  const startedAt = performance.now()
  console.log(
    `Installing ${paths.length} packages into node_modules with npm ci (ONNX Runtime to train, Postgres to store, and what`,
  )
  console.log(
    'they need; about 700 MB). Nothing else on this machine changes. The first time takes a minute or two.',
  )
  const stopProgress = showProgress(paths, startedAt)
  const { code, output } = await runNpm(['ci', '--no-progress'])
  stopProgress()
  if (code === 0) return console.log(`Installed in ${secondsSince(startedAt)}.`)
  console.error(output)
  console.error(`npm ci failed with exit code ${code}; its output is above.`)
  console.error(
    'Check that the package registry is reachable (npm ping) and that the disk has room, then try again.',
  )
  process.exit(1)
}

/** Tells how many packages are unpacked, until the returned function is called. */
function showProgress(paths, startedAt) {
  // biome-ignore lint/suspicious/noUndeclaredEnvVars: no turbo task reads it
  const isTerminal = process.stdout.isTTY === true && process.env.TERM !== 'dumb'
  const tell = () => {
    const count = paths.filter((path) => existsSync(resolve(ROOT, path, 'package.json'))).length
    const line = `  ${count} of ${paths.length} packages, ${secondsSince(startedAt)}`
    process.stdout.write(isTerminal ? `\r\u001b[K${line}` : `${line}\n`)
  }
  const timer = setInterval(tell, isTerminal ? PROGRESS_MS.terminal : PROGRESS_MS.elsewhere)
  return () => {
    clearInterval(timer)
    if (isTerminal) process.stdout.write('\r\u001b[K')
  }
}

/** Runs the npm that started this process, if one did: it needs no search and no shell. */
function runNpm(args) {
  // biome-ignore lint/suspicious/noUndeclaredEnvVars: no turbo task reads it
  const npm = process.env.npm_execpath
  if (npm?.endsWith('.js')) return runCommand(process.execPath, [npm, ...args], { quiet: true })
  return runCommand(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, { quiet: true })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await installIfNeeded()
