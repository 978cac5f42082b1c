import type { EngineKind } from './engine-kinds.js'

const INSTEAD = 'or set ENGINE=auto, which takes what this machine has'

/** What makes an engine available; without a full stop. */
export const REMEDIES: Readonly<Record<EngineKind, string>> = {
  cpu: `install onnxruntime-node again (npm rebuild onnxruntime-node)`,
  cuda:
    "install NVIDIA's driver for CUDA 13 and use the image worker-cuda, which holds CUDA, cuDNN and ONNX Runtime's files " +
    `for them (docs/deployment.md), ${INSTEAD}`,
  webgpu: `install the GPU's driver, on Linux its Vulkan driver and libvulkan1, ${INSTEAD}`,
  tfjs: `build it (npx sweepd engine install tfjs), set ENGINE=tfjs-plain, which is hundreds of times slower, ${INSTEAD}`,
  'tfjs-plain': `install the packages again (npm ci), ${INSTEAD}`,
}

/** The engine that was asked for is unavailable on this machine; the message names the remedy. */
export class EngineUnavailableError extends Error {
  readonly code = 'engine-unavailable'
  constructor(
    readonly kind: EngineKind,
    /** Without a full stop. */
    readonly reason: string,
  ) {
    super(`ENGINE=${kind} is unavailable here: ${reason}; ${REMEDIES[kind]}`)
    this.name = 'EngineUnavailableError'
  }
}
