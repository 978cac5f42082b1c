import { type EngineChoice, type Gpu, listGpus } from '@sweepd/model'
import type { Logger } from 'pino'
import type { Env } from '../env.js'

/**
 * The GPUs that slots of this engine are given one by one; undefined if it computes on the CPU, or on GPUs that nvidia-smi
 * does not tell of. WebGPU takes the first GPU, whatever CUDA's variables say: it gets no other.
 */
export async function findGpus(
  engine: EngineChoice,
  env: Env,
  environment: NodeJS.ProcessEnv,
  log: Logger,
): Promise<readonly Gpu[] | undefined> {
  if (env.SWEEPD_FAKE_GPUS !== undefined) return createFakeGpus(env.SWEEPD_FAKE_GPUS)
  if (engine.kind !== 'cuda' && engine.kind !== 'webgpu') return undefined
  const gpus = await listGpus(environment)
  const [first] = gpus
  if (first === undefined) return undefined
  if (engine.kind === 'cuda' || gpus.length === 1) return gpus
  log.warn(
    { gpus: gpus.map(({ uuid }) => uuid) },
    'WebGPU can use the first GPU only; "sweepd gpus --compose" prints a service for each GPU, or set ENGINE=cuda',
  )
  return [first]
}

/** For tests on machines without a GPU: their slots train on the CPU. */
const createFakeGpus = (uuids: readonly string[]): Gpu[] =>
  uuids.map((uuid) => ({ uuid, name: 'a GPU of a test', memoryMib: null }))
