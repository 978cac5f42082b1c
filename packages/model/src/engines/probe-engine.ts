import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { ProbeResult } from './decide-engine.js'
import type { EngineKind } from './engine-kinds.js'

const ENTRY = new URL('./probe-child.js', import.meta.url)

const TIME_LIMIT_MS = 10_000

/** What a library that is missing looks like in the faults of ONNX Runtime, whose own error does not name it. */
const MISSING_LIBRARY = /[^\s/]+: cannot open shared object file/

/**
 * Looks in a process of its own whether an engine opens and computes: a driver may abort the process that it is in, or
 * hang. Never throws.
 */
export async function probeEngine(kind: EngineKind, environment: NodeJS.ProcessEnv): Promise<ProbeResult> {
  const child = fork(ENTRY, [kind], { env: environment, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  const timer = setTimeout(() => child.kill('SIGKILL'), TIME_LIMIT_MS)
  try {
    return await follow(child)
  } catch (error) {
    return { isAvailable: false, reason: error instanceof Error ? error.message : String(error) }
  } finally {
    clearTimeout(timer)
  }
}

async function follow(child: ChildProcess): Promise<ProbeResult> {
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
    return { isAvailable: false, reason: `the probe took longer than ${TIME_LIMIT_MS / 1000} seconds` }
  // A driver that ends the process after its work would end training as well.
  if (code !== 0 || result === undefined)
    return { isAvailable: false, reason: `the probe ended with ${signal ?? `exit code ${code}`}` }
  const [missing] = MISSING_LIBRARY.exec(faults) ?? []
  if (result.isAvailable || missing === undefined) return result
  return { isAvailable: false, reason: `${result.reason} (${missing})` }
}
