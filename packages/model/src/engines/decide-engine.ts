import type { EngineKind, EngineSetting } from './engine-kinds.js'
import { EngineUnavailableError } from './engine-unavailable-error.js'

/** How an engine is shown to people. */
interface EngineDescription {
  readonly name: string
  readonly device: string
}

/** Whether an engine is available on this machine; a reason has no full stop. */
export type ProbeResult =
  | ({
      readonly isAvailable: true
      /** Of the runtime: `ONNX Runtime 1.30.0`; absent if it was not probed. */
      readonly version?: string
      /** A remark about it, without a full stop. */
      readonly note?: string
    } & EngineDescription)
  | { readonly isAvailable: false; readonly reason: string }

/** Tries whether an engine is available; takes seconds, for CUDA up to minutes. */
export type Probe = (kind: EngineKind) => Promise<ProbeResult>

/** The engine that a worker trains with. */
export interface EngineDecision extends EngineDescription {
  readonly kind: EngineKind
  /** Which and why, in one sentence. */
  readonly sentence: string
}

/**
 * Takes the engine that is asked for, and for `auto` CUDA, then WebGPU, then the CPU; probes no more than that needs.
 * @throws EngineUnavailableError if the one asked for is unavailable
 */
export async function decideEngine(setting: EngineSetting, probe: Probe): Promise<EngineDecision> {
  if (setting !== 'auto') return take(setting, await probe(setting), `ENGINE is ${setting}`)
  const cuda = await probe('cuda')
  if (cuda.isAvailable) return take('cuda', cuda, 'CUDA is the fastest that this machine has')
  const webgpu = await probe('webgpu')
  if (webgpu.isAvailable)
    return take('webgpu', webgpu, `WebGPU has a hardware adapter, and CUDA is unavailable: ${cuda.reason}`)
  const reason =
    cuda.reason === webgpu.reason
      ? `no GPU is available: ${cuda.reason}`
      : `CUDA is unavailable: ${cuda.reason}; so is WebGPU: ${webgpu.reason}`
  return take('cpu', await probe('cpu'), reason)
}

function take(kind: EngineKind, result: ProbeResult, why: string): EngineDecision {
  if (!result.isAvailable) throw new EngineUnavailableError(kind, result.reason)
  const { name, device, note } = result
  const remark = note === undefined ? '' : ` (${note})`
  return { kind, name, device, sentence: `Training with ${name} on ${device}${remark}, as ${why}.` }
}
