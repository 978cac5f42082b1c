import { homedir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
// As built: the installation tries the engine in a process of its own, which runs the built files.
import { InstallationError, installTfjs } from '../dist/index.js'

/** Outside of the project, so that a wheel of 270 MB is fetched once on each machine. */
export const TEST_ENGINES_DIR =
  process.env['SWEEPD_TEST_ENGINES_DIR'] ?? join(homedir(), '.cache', 'sweepd', 'test-engines')

/** The download is 270 MB. */
const INSTALLATION_LIMIT_MS = 600_000

/**
 * Installs native TensorFlow, if it is not there yet: a minute, once. Test files run side by side: one installs, the others
 * wait for it.
 * @returns why it is unavailable on this machine: no Python, no compiler, no network. In CI that is an error.
 */
export async function findNativeFault(): Promise<string | undefined> {
  const deadline = performance.now() + INSTALLATION_LIMIT_MS
  for (;;) {
    try {
      await installTfjs({ enginesDir: TEST_ENGINES_DIR, variant: 'cpu', onProgress: () => {} })
      return undefined
    } catch (error) {
      if (!(error instanceof InstallationError)) throw error
      if (/is installing/.test(error.message) && performance.now() < deadline) {
        await delay(500)
        continue
      }
      if (process.env['CI'] === 'true') throw error
      return error.message.split('\n')[0]
    }
  }
}
