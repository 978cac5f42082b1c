import { decideEngine, type EngineDecision, type ProbeResult } from './decide-engine.js'
import type { EngineKind, EngineSetting } from './engine-kinds.js'
import { findGpuAbsence, findSoftwareDriver, hideSoftwareDrivers } from './gpu-presence.js'
import { onnxEngine } from './onnx/runtime/onnx-engine.js'
import { probeEngine } from './probe-engine.js'

export interface EngineChoice extends EngineDecision {
  /** What the processes that train with it need in their environment. */
  readonly environment: Readonly<Record<string, string>>
}

/**
 * Chooses what this machine trains with: the engine asked for, and for `auto` CUDA, else a hardware WebGPU adapter,
 * else the CPU. A software adapter is slower than the CPU engine: it is taken only where WebGPU is asked for.
 * Takes up to ten seconds for each GPU engine that it has to look at, and no time where there is no GPU.
 * @throws EngineUnavailableError where the one asked for cannot be had
 */
export async function chooseEngine(
  setting: EngineSetting,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<EngineChoice> {
  const added = setting === 'auto' ? hideSoftwareDrivers(environment) : {}
  const probe = async (kind: EngineKind): Promise<ProbeResult> => {
    if (kind === 'cpu') return { isAvailable: true, name: onnxEngine.name, device: onnxEngine.device }
    const reason = setting === 'auto' ? findRefusal(kind, environment) : undefined
    if (reason !== undefined) return { isAvailable: false, reason }
    return probeEngine(kind, { ...environment, ...added })
  }
  return { ...(await decideEngine(setting, probe)), environment: added }
}

/** Why `auto` does not even look at a GPU engine. */
const findRefusal = (kind: EngineKind, environment: NodeJS.ProcessEnv): string | undefined =>
  findGpuAbsence() ?? (kind === 'webgpu' ? findSoftwareDriver(environment) : undefined)
