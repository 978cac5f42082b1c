import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { installationPaths } from './installation.js'

/** The global symbol under which `loadNative` leaves this project's TensorFlow.js for the package. */
export const SHARED_TENSORFLOW = 'sweepd.tensorflow'

const shared = (part: string) => `module.exports = globalThis[Symbol.for('${SHARED_TENSORFLOW}')].${part}\n`

/**
 * Replacements for three packages that the package requires. `@tensorflow/tfjs` is 300 MB of browser backends,
 * and would bring a second tfjs-core; of `@mapbox/node-pre-gyp`, a downloader, the package calls one function.
 */
const STAND_INS = {
  '@tensorflow/tfjs': shared('all'),
  '@tensorflow/tfjs-core': shared('core'),
  '@mapbox/node-pre-gyp': `exports.find = () => globalThis[Symbol.for('${SHARED_TENSORFLOW}')].binding\n`,
}

/** Writes them beside the package. */
export async function writeStandIns(folder: string): Promise<void> {
  const { modules } = installationPaths(folder)
  for (const [name, source] of Object.entries(STAND_INS)) {
    await mkdir(join(modules, name), { recursive: true })
    await writeFile(join(modules, name, 'index.js'), source)
    await writeFile(join(modules, name, 'package.json'), `${JSON.stringify({ name, main: 'index.js' })}\n`)
  }
}
