import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { ProbeResult } from './decide-engine.js'
import type { EngineKind } from './engine-kinds.js'
import { ENGINES_DIR_VARIABLE } from './engines-folder.js'

const ENTRY = new URL('./probe-child.js', import.meta.url)

/** CUDA's first start on a machine loads gigabytes of libraries and may compile kernels for minutes. */
const TIME_LIMITS_MS: Readonly<Record<EngineKind, number>> = {
  cpu: 30_000,
  webgpu: 90_000,
  cuda: 180_000,
  tfjs: 180_000,
  'tfjs-plain': 30_000,
}

/** How a missing library shows in ONNX Runtime's log; its own error does not name it. */
const MISSING_LIBRARY = /[^\s/]+: cannot open shared object file/

/** What TensorFlow says when it was built for a GPU and finds none. */
const GPU_REFUSAL =
  /(failed call to cuInit: [^\n]+|Could not find cuda drivers[^\n.]*|Cannot dlopen some GPU libraries)/

export interface ProbeOptions {
  readonly environment?: NodeJS.ProcessEnv
  readonly enginesDir: string
}

/**
 * Checks in a process of its own whether an engine opens and trains, because a driver may hang or abort its process.
 * Never throws.
 */
export async function probeEngine(
  kind: EngineKind,
  { environment = process.env, enginesDir }: ProbeOptions,
): Promise<ProbeResult> {
  const env = {
    ...environment,
    [ENGINES_DIR_VARIABLE]: enginesDir,
    // Only its log says why it uses no GPU.
    ...(kind === 'tfjs' && { TF_CPP_MIN_LOG_LEVEL: '0' }),
  }
  const child = fork(ENTRY, [kind], { env, execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  const limitMs = TIME_LIMITS_MS[kind]
  const timer = setTimeout(() => child.kill('SIGKILL'), limitMs)
  try {
    return await follow(child, limitMs)
  } catch (error) {
    return { isAvailable: false, reason: error instanceof Error ? error.message : String(error) }
  } finally {
    clearTimeout(timer)
  }
}

async function follow(child: ChildProcess, limitMs: number): Promise<ProbeResult> {
  let result: ProbeResult | undefined
  let faults = ''
  child.on('message', (message: ProbeResult) => {
    result = message
  })
  child.stderr?.on('data', (text) => {
    faults += text
  })
  const [code, signal] = await once(child, 'close')
  if (child.killed)
    return { isAvailable: false, reason: `the probe took longer than ${limitMs / 1000} seconds` }
  // A driver that ends the process after its work would end training as well.
  if (code !== 0 || result === undefined)
    return { isAvailable: false, reason: `the probe ended with ${signal ?? `exit code ${code}`}` }
  if (result.isAvailable) {
    const [, refusal] = GPU_REFUSAL.exec(faults) ?? []
    return refusal === undefined ? result : { ...result, note: `TensorFlow uses no GPU: ${refusal}` }
  }
  const [missing] = MISSING_LIBRARY.exec(faults) ?? []
  return missing === undefined ? result : { isAvailable: false, reason: `${result.reason} (${missing})` }
}
