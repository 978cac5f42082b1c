import { decideEngine, type EngineDecision, type ProbeResult } from './decide-engine.js'
import { ENGINE_KINDS, type EngineKind, type EngineSetting } from './engine-kinds.js'
import { ENGINES_DIR_VARIABLE, resolveEnginesDir } from './engines-folder.js'
import { findGpuAbsence, findSoftwareDriver, hideSoftwareDrivers } from './gpu-presence.js'
import { onnxEngine } from './onnx/runtime/onnx-engine.js'
import { probeEngine } from './probe-engine.js'

export interface EngineChoice extends EngineDecision {
  /** What the processes that train with it need in their environment. */
  readonly environment: Readonly<Record<string, string>>
}

export interface ChoiceOptions {
  readonly environment?: NodeJS.ProcessEnv
  /** Where engines are that do not come with npm. */
  readonly enginesDir?: string
}

/**
 * Chooses the engine that this machine trains with: the one that is asked for; for `auto` CUDA, else WebGPU on a hardware
 * adapter, else the CPU. A software adapter is slower than the CPU engine, so it is used only if WebGPU is asked for.
 * Takes seconds for each engine that it probes, up to minutes for the first start of CUDA, and no time if there is no GPU.
 * @throws EngineUnavailableError if the one asked for is unavailable
 */
export async function chooseEngine(
  setting: EngineSetting,
  { environment = process.env, enginesDir = resolveEnginesDir(environment) }: ChoiceOptions = {},
): Promise<EngineChoice> {
  const added = {
    ...(setting === 'auto' && hideSoftwareDrivers(environment)),
    ...(setting === 'tfjs' && { [ENGINES_DIR_VARIABLE]: enginesDir }),
  }
  const probe = async (kind: EngineKind): Promise<ProbeResult> => {
    if (kind === 'cpu') return { isAvailable: true, name: onnxEngine.name, device: onnxEngine.device }
    const reason = setting === 'auto' ? findRefusal(kind, environment) : undefined
    if (reason !== undefined) return { isAvailable: false, reason }
    return probeEngine(kind, { environment: { ...environment, ...added }, enginesDir })
  }
  return { ...(await decideEngine(setting, probe)), environment: added }
}

/** Probes every engine on this machine, to show people. GPU engines are not tried if there is no GPU. */
export function listEngines({
  environment = process.env,
  enginesDir = resolveEnginesDir(environment),
}: ChoiceOptions = {}): Promise<readonly (ProbeResult & { readonly kind: EngineKind })[]> {
  const look = (kind: EngineKind): Promise<ProbeResult> | ProbeResult => {
    const absence = kind === 'cuda' || kind === 'webgpu' ? findGpuAbsence() : undefined
    return absence ? { isAvailable: false, reason: absence } : probeEngine(kind, { environment, enginesDir })
  }
  return Promise.all(ENGINE_KINDS.map(async (kind) => ({ kind, ...(await look(kind)) })))
}

/** Why `auto` does not even probe a GPU engine; undefined if it does. */
const findRefusal = (kind: EngineKind, environment: NodeJS.ProcessEnv): string | undefined =>
  findGpuAbsence() ?? (kind === 'webgpu' ? findSoftwareDriver(environment) : undefined)
