import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkNodeVersion } from './check-node-version.mjs'
import { ROOT, runCommand, secondsSince } from './run-command.mjs'

const HEARTBEAT_MS = 15_000

/** Runs `npm ci` unless what is installed is what package-lock.json asks for. Ends the process where it fails. */
export async function installIfNeeded() {
  checkNodeVersion()
  const wanted = readPackages('package-lock.json')
  if (isInstalled(wanted, readPackages('node_modules/.package-lock.json'))) return
  await install(Object.values(wanted).filter((entry) => !entry.optional).length)
}

/**
 * Compares what npm wrote down when it last finished an installation with what is asked for, so an interrupted
 * one does not count, and one made by hand with `npm install` does. Optional packages depend on the platform.
 */
function isInstalled(wanted, installed) {
  return Object.entries(wanted)
    .filter(([path, entry]) => path.includes('node_modules/') && !entry.optional)
    .every(([path, { version, link, resolved }]) => {
      const found = installed[path]
      return found && (link ? found.resolved === resolved : found.version === version)
    })
}

/** The packages of a lock file by path; none where it cannot be read. */
function readPackages(lockFile) {
  try {
    return JSON.parse(readFileSync(resolve(ROOT, lockFile), 'utf8')).packages ?? {}
  } catch {
    return {}
  }
}

async function install(packageCount) {
  const startedAt = performance.now()
  console.log(
    `Installing ${packageCount} packages with npm ci; the first time this may take a minute or two.`,
  )
  const heartbeat = setInterval(
    () => console.log(`  still installing (${secondsSince(startedAt)})`),
    HEARTBEAT_MS,
  )
  const { code } = await runNpm(['ci', '--no-progress'])
  clearInterval(heartbeat)
  if (code === 0) return
  console.error(`npm ci failed with exit code ${code}; what it said is above.`)
  console.error('Is the package registry reachable (npm ping), and is there room on the disk?')
  process.exit(1)
}

/** The npm that started this process, if one did: it needs no search and no shell. */
function runNpm(args) {
  // biome-ignore lint/suspicious/noUndeclaredEnvVars: no turbo task reads it
  const npm = process.env['npm_execpath']
  if (npm?.endsWith('.js')) return runCommand(process.execPath, [npm, ...args])
  return runCommand(process.platform === 'win32' ? 'npm.cmd' : 'npm', args)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await installIfNeeded()
