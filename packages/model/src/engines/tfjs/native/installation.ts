import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/**
 * What an installation is made of. TensorFlow 2.21 is the newest whose C API the package's sources compile against;
 * its CUDA build wants CUDA 12.5 and cuDNN 9. All are exact, so that every worker of a cluster computes the same.
 */
export const VERSIONS = {
  /** `@tensorflow/tfjs-node-gpu` of npm, whose C++ sources are compiled. */
  package: '4.22.0',
  /** `tensorflow-cpu` or `tensorflow` of PyPI, whose libraries are linked. */
  tensorflow: '2.21.0',
  /** `node-api-headers` of npm: Node's own headers, without the download that node-gyp makes. */
  nodeApiHeaders: '1.9.0',
  /** What the package itself requires, beside TensorFlow.js. */
  googleProtobuf: '3.21.4',
  progress: '2.0.3',
} as const

export const PACKAGE_NAME = '@tensorflow/tfjs-node-gpu'

/** Node-API is stable: a binding for version 8 runs on every Node from 16 on, so one build serves 20, 22 and 24. */
export const NODE_API_VERSION = 8

const MANIFEST = 'engine.json'

/** Which wheel the libraries come from; without a GPU, `gpu` computes on the CPU. */
export type Variant = 'cpu' | 'gpu'

/** The description that an installation carries. */
export interface Manifest {
  readonly package: string
  readonly tensorflow: string
  readonly variant: Variant
}

/** Where everything of one installation lies. */
export interface Installation {
  readonly folder: string
  readonly manifest: Manifest
}

/** Paths inside an installation's folder, finished or not. */
export const installationPaths = (folder: string) => ({
  manifest: join(folder, MANIFEST),
  modules: join(folder, 'node_modules'),
  package: join(folder, 'node_modules', PACKAGE_NAME),
  binding: join(
    folder,
    'node_modules',
    PACKAGE_NAME,
    'lib',
    `napi-v${NODE_API_VERSION}`,
    'tfjs_binding.node',
  ),
  /** What a Python would have in its search path: `tensorflow`, and `nvidia` for the GPU. */
  libraries: join(folder, 'lib'),
  tensorflow: join(folder, 'lib', 'tensorflow'),
})

export const installationFolder = (enginesDir: string): string => resolve(enginesDir, 'tfjs')

/**
 * The installation in this folder; undefined if there is none.
 * @throws Error if there is one that this version of sweepd cannot use
 */
export function findInstallation(enginesDir: string): Installation | undefined {
  const folder = installationFolder(enginesDir)
  const text = readIfThere(installationPaths(folder).manifest)
  if (text === undefined) return undefined
  const manifest = parseManifest(text)
  if (manifest === undefined) throw new Error(`${installationPaths(folder).manifest} is damaged`)
  for (const part of ['package', 'tensorflow'] as const)
    if (manifest[part] !== VERSIONS[part])
      throw new Error(
        `${folder} has ${part === 'package' ? PACKAGE_NAME : 'TensorFlow'} ${manifest[part]}, and this version of sweepd ` +
          `needs ${VERSIONS[part]}`,
      )
  return { folder, manifest }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function parseManifest(text: string): Manifest | undefined {
  try {
    const { package: name, tensorflow, variant } = JSON.parse(text)
    const isVariant = variant === 'cpu' || variant === 'gpu'
    return typeof name === 'string' && typeof tensorflow === 'string' && isVariant
      ? { package: name, tensorflow, variant }
      : undefined
  } catch {
    return undefined
  }
}
