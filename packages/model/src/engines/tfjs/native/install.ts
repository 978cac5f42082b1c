import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { ProbeResult } from '../../decide-engine.js'
import { probeEngine } from '../../probe-engine.js'
import { compileBinding } from './compile-binding.js'
import { fetchPackages, fetchTensorFlow } from './fetch-parts.js'
import {
  findInstallation,
  type Installation,
  installationFolder,
  installationPaths,
  type Manifest,
  type Variant,
  VERSIONS,
} from './installation.js'
import { checkRequirements } from './requirements.js'
import { InstallationError } from './run-tool.js'
import { writeStandIns } from './stand-ins.js'

export interface InstallOptions {
  /** The folder of all engines; the installation goes to `tfjs` in it. */
  readonly enginesDir: string
  readonly variant: Variant
  /** Called at the start of each step, and during long ones with their progress. */
  readonly onProgress: (step: string, detail?: string) => void
  readonly signal?: AbortSignal | undefined
}

export interface InstallResult extends Installation {
  /** False if it was there already. */
  readonly isNew: boolean
  /** What the engine computes on, as its probe says. */
  readonly device: string
  /** Why it uses no GPU although it was built for one; without a full stop. */
  readonly note?: string | undefined
}

type AvailableEngine = ProbeResult & { readonly isAvailable: true }

const PARTIAL = /^\.installing-(\d+)$/

/**
 * Builds the native engine in a folder beside the final one, lets it train a step, and moves it into place: an
 * installation is complete or absent. Replaces one of another version or variant.
 * @throws InstallationError naming what is missing or failed; the signal's reason if that aborts
 */
export async function installTfjs(options: InstallOptions): Promise<InstallResult> {
  const enginesDir = resolve(options.enginesDir)
  const { variant, signal } = options
  const present = findUsable(enginesDir)
  if (present?.manifest.variant === variant) {
    const result = await probeEngine('tfjs', { enginesDir })
    if (result.isAvailable) return { ...present, isNew: false, device: result.device, note: result.note }
  }
  await createFolder(enginesDir)
  const staging = await claimStaging(enginesDir)
  try {
    await checkRequirements(enginesDir, variant)
    const { device, note } = await build(staging, options)
    signal?.throwIfAborted()
    const folder = installationFolder(enginesDir)
    await rename(folder, join(staging, 'replaced')).catch(ignoreAbsence)
    await rename(installationFolder(staging), folder)
    return { folder, manifest: manifestOf(variant), isNew: true, device, note }
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
}

/** Removes it. @returns false if there was none */
export async function removeTfjs(enginesDir: string): Promise<boolean> {
  const folder = installationFolder(enginesDir)
  // Renamed first: a removal that is interrupted must not leave half an engine under its name.
  const trash = join(resolve(enginesDir), `.installing-${process.pid}`)
  try {
    await rename(folder, trash)
  } catch (error) {
    ignoreAbsence(error)
    return false
  }
  await rm(trash, { recursive: true, force: true })
  return true
}

/** @returns the result of the finished engine's probe */
async function build(
  staging: string,
  { variant, onProgress, signal }: InstallOptions,
): Promise<AvailableEngine> {
  const folder = installationFolder(staging)
  const scratch = join(staging, 'scratch')
  await mkdir(scratch, { recursive: true })
  const fetching = (step: string) => ({
    ...{ folder, scratch, variant, signal },
    onDetail: (detail: string) => onProgress(step, detail),
  })
  const steps = [
    `Fetching @tensorflow/tfjs-node-gpu ${VERSIONS.package} from npm`,
    `Fetching TensorFlow ${VERSIONS.tensorflow} for ${variant === 'gpu' ? 'CUDA' : 'the CPU'} from PyPI`,
    'Compiling the binding',
    'Training a step with it',
  ] as const
  onProgress(steps[0])
  const nodeHeaders = await fetchPackages(fetching(steps[0]))
  onProgress(steps[1])
  await fetchTensorFlow(fetching(steps[1]))
  onProgress(steps[2])
  await compileBinding(folder, nodeHeaders, { signal })
  await writeStandIns(folder)
  const { tensorflow, manifest } = installationPaths(folder)
  await rm(join(tensorflow, 'include'), { recursive: true, force: true })
  await writeFile(manifest, `${JSON.stringify(manifestOf(variant), undefined, 2)}\n`)
  onProgress(steps[3])
  const result = await probeEngine('tfjs', { enginesDir: staging })
  if (!result.isAvailable)
    throw new InstallationError(`The engine was built but does not train: ${result.reason}`)
  return result
}

const manifestOf = (variant: Variant): Manifest => ({
  package: VERSIONS.package,
  tensorflow: VERSIONS.tensorflow,
  variant,
})

/** The installation that is there, unless it is damaged or of another version. */
function findUsable(enginesDir: string): Installation | undefined {
  try {
    return findInstallation(enginesDir)
  } catch {
    return undefined
  }
}

async function createFolder(folder: string): Promise<void> {
  try {
    await mkdirWithParents(folder)
  } catch (error) {
    throw new InstallationError(
      `${folder} cannot be created: ${error instanceof Error ? error.message : error}. Set SWEEPD_ENGINES_DIR to a folder ` +
        'that can be written to.',
    )
  }
}

/** One level at a time: Node's own recursive mkdir never ends in /proc, and no signal stops it. */
async function mkdirWithParents(folder: string): Promise<void> {
  try {
    await mkdir(folder)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return
    const parent = dirname(folder)
    if (code !== 'ENOENT' || existsSync(parent)) throw error
    await mkdirWithParents(parent)
    await mkdir(folder)
  }
}

/** Creates a folder for this process alone, and removes those of processes that have ended. */
async function claimStaging(enginesDir: string): Promise<string> {
  const staging = join(enginesDir, `.installing-${process.pid}`)
  await rm(staging, { recursive: true, force: true })
  await mkdir(staging)
  for (const name of await readdir(enginesDir)) {
    const pid = Number(PARTIAL.exec(name)?.[1])
    if (Number.isNaN(pid) || pid === process.pid) continue
    if (!isAlive(pid)) {
      await rm(join(enginesDir, name), { recursive: true, force: true })
      continue
    }
    await rm(staging, { recursive: true, force: true })
    throw new InstallationError(
      `Process ${pid} is installing the tfjs engine in ${enginesDir}; wait for it, then try again.`,
    )
  }
  return staging
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function ignoreAbsence(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
}
