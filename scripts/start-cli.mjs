import { build } from './build.mjs'
import { installIfNeeded } from './install-if-needed.mjs'
import { secondsSince } from './run-command.mjs'

/**
 * Installs what is missing, builds, and hands over to a command of the CLI in this same process, so that signals and
 * the exit code are its own; it gets the arguments of this process.
 * @param {string} command
 */
export async function startCli(command) {
  await installIfNeeded()
  const startedAt = performance.now()
  process.stdout.write('Building what has changed; half a minute the first time… ')
  await build()
  console.log(secondsSince(startedAt))

  process.argv.splice(2, 0, command)
  await import('../apps/cli/dist/main.js')
}
