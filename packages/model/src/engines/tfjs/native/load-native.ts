import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { findInstallation, installationPaths, PACKAGE_NAME } from './installation.js'
import { SHARED_TENSORFLOW } from './stand-ins.js'

/** TensorFlow, loaded into this process as the backend `tensorflow` of TensorFlow.js. */
export interface NativeTensorFlow {
  /** Of TensorFlow: `2.21.0`. */
  readonly version: string
  /** Whether it computes on a GPU; it falls back to the CPU by itself. */
  readonly isUsingGpu: boolean
}

const require = createRequire(import.meta.url)

/**
 * Loads the engine that `sweepd engine install tfjs` has put into this folder, or else the package where npm has
 * installed it with a binding of its own.
 * @throws Error with the reason if there is none, or it does not load
 */
export function loadNative(enginesDir: string): NativeTensorFlow {
  const installation = findInstallation(enginesDir)
  setEnvironment(enginesDir)
  restoreUtilities()
  if (installation === undefined) return load(findPackageOfNpm(enginesDir))
  const paths = installationPaths(installation.folder)
  // The package's own advice for this case is to download another TensorFlow.
  if (!existsSync(paths.binding)) throw new Error(`the file ${paths.binding} is missing`)
  shareTensorFlow(paths.binding)
  return load(paths.package)
}

/** TensorFlow reads these once, when its library is loaded. Variables that are set already keep their values. */
function setEnvironment(enginesDir: string): void {
  const variables = {
    // Sums depend on the number of threads; and a slot is one core.
    TF_NUM_INTRAOP_THREADS: '1',
    TF_NUM_INTEROP_THREADS: '1',
    TF_DETERMINISTIC_OPS: '1',
    // Takes a quarter less time (`docs/performance.md`), and is on by default on some processors only. The two lines that it
    // logs at any level are dropped by the worker.
    TF_ENABLE_ONEDNN_OPTS: '1',
    // Its own lines do not belong in the worker's log; failures arrive as errors.
    TF_CPP_MIN_LOG_LEVEL: '3',
    // Otherwise the first slot takes all of the GPU's memory.
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    CUDA_CACHE_PATH: join(enginesDir, 'cuda-cache'),
  }
  for (const [name, value] of Object.entries(variables)) process.env[name] ??= value
}

/** The package calls two functions of node:util that warn in Node 22 and were removed in Node 23. */
function restoreUtilities(): void {
  const util = require('node:util')
  util.isNullOrUndefined = (value: unknown) => value === null || value === undefined
  util.isArray = Array.isArray
}

/** The package registers its kernels with the TensorFlow.js that it finds: this project's own, as `require` sees it. */
function shareTensorFlow(binding: string): void {
  const core = require('@tensorflow/tfjs-core')
  const layers = require('@tensorflow/tfjs-layers')
  const version = {
    'tfjs-core': core.version_core,
    'tfjs-layers': layers.version_layers,
    tfjs: core.version_core,
  }
  const all = { ...layers, ...core, version }
  Object.assign(globalThis, { [Symbol.for(SHARED_TENSORFLOW)]: { all, core, binding } })
}

function load(path: string): NativeTensorFlow {
  require(path)
  const core = require('@tensorflow/tfjs-core')
  const { binding, isUsingGpuDevice } = core.engine().findBackend('tensorflow')
  return { version: binding.TF_Version, isUsingGpu: isUsingGpuDevice }
}

function findPackageOfNpm(enginesDir: string): string {
  try {
    return require.resolve(PACKAGE_NAME)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error
    throw new Error(`native TensorFlow is not installed in ${enginesDir}`)
  }
}
