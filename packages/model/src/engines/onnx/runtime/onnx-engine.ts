import type { ReadBlock } from '../../../blocks/block.js'
import { describeDevice } from '../../describe-device.js'
import type { Engine } from '../../engine.js'
import { GraphWriter } from '../graph/graph-writer.js'
import { WebGpuWriter } from '../graph/webgpu-writer.js'
import { writeGraph } from '../training-step/graph-plan.js'
import { DeviceImages } from './device-images.js'
import { DeviceVectors } from './device-vectors.js'
import { hostImages } from './image-source.js'
import { OnnxTrainer } from './onnx-trainer.js'
import * as ort from './onnxruntime.js'
import { type Provider, sessionOptions } from './session-options.js'
import { SessionPool } from './session-pool.js'
import { HostVectors, type Vectors, type VectorValues } from './vectors.js'

/** On the CPU room for several small shapes, or for the training sessions of one as large as the seed's largest. */
const SESSIONS_BYTES: Readonly<Record<Provider, number>> = {
  cpu: 80 * 2 ** 20,
  webgpu: 512 * 2 ** 20,
  cuda: 512 * 2 ** 20,
}

/**
 * The most images that the steps of one run train with: 32 steps of 32 leave next to nothing of what a run costs by itself
 * (8 steps leave 3 %). On CUDA the vectors travel with each run. WebGPU has no loop: every turn of it would bring all to
 * the processor and back.
 */
const IMAGES_PER_RUN: Readonly<Record<Provider, number | null>> = { cpu: 1024, webgpu: null, cuda: 4096 }

const DEVICE_KINDS = { cpu: 'cpu', webgpu: 'vulkan', cuda: 'gpu' } as const

interface OnnxEngineOptions {
  readonly provider: Provider
  /** Kinds of blocks that a network may have; all that there are unless given. */
  readonly blockKinds?: readonly ReadBlock[] | undefined
}

/**
 * An engine on ONNX Runtime: forward, backward and update are one compiled graph.
 *
 * On WebGPU weights, optimizer state and the images stay on the device between steps. On CUDA they travel at each run, since
 * `onnxruntime-node` binds no CUDA memory (its tensors know the locations `cpu` and WebGPU's `gpu-buffer`).
 * That a provider is unavailable shows only when the first session is opened: `chooseEngine` looks before.
 */
export function createOnnxEngine({ provider, blockKinds }: OnnxEngineOptions): Engine {
  const pool = new SessionPool((plan) => {
    const graph = provider === 'webgpu' ? new WebGpuWriter() : new GraphWriter()
    return ort.InferenceSession.create(writeGraph(plan, graph), sessionOptions(provider, plan))
  }, SESSIONS_BYTES[provider])
  const createVectors = (values: VectorValues): Vectors =>
    provider === 'webgpu'
      ? new DeviceVectors(values, (sizes) => pool.lease({ kind: 'copy', sizes }))
      : new HostVectors(values)
  const images =
    provider === 'webgpu' ? new DeviceImages((pixels) => pool.lease({ kind: 'upload', pixels })) : hostImages
  return {
    name: `onnx ${provider}`,
    device: describeDevice(DEVICE_KINDS[provider]),
    createTrainer: async (model, options) =>
      new OnnxTrainer(model, options, {
        pool,
        images,
        createVectors,
        imagesPerRun: IMAGES_PER_RUN[provider],
        blockKinds,
      }),
    dispose: async () => {
      images.dispose()
      await pool.dispose()
    },
  }
}

/** The engine that every machine has. */
export const onnxEngine: Engine = createOnnxEngine({ provider: 'cpu' })
