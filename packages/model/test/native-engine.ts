import { homedir } from 'node:os'
import { join } from 'node:path'
// As built: the installation tries the engine in a process of its own, which runs the built files.
import { InstallationError, installTfjs } from '../dist/index.js'

/** Outside of the project, so that a wheel of 270 MB is fetched once on each machine. */
export const TEST_ENGINES_DIR =
  process.env['SWEEPD_TEST_ENGINES_DIR'] ?? join(homedir(), '.cache', 'sweepd', 'test-engines')

/**
 * Installs native TensorFlow, if it is not there yet: a minute, once.
 * @returns why it is unavailable on this machine: no Python, no compiler, no network. In CI that is an error.
 */
export async function findNativeFault(): Promise<string | undefined> {
  try {
    await installTfjs({ enginesDir: TEST_ENGINES_DIR, variant: 'cpu', onProgress: () => {} })
    return undefined
  } catch (error) {
    if (!(error instanceof InstallationError) || process.env['CI'] === 'true') throw error
    return error.message.split('\n')[0]
  }
}
