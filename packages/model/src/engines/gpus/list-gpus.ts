import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { parseGpus } from './parse-gpus.js'
import { selectVisible } from './visible-gpus.js'

/** An NVIDIA GPU, or a part of one that MIG has made a device of its own. */
export interface Gpu {
  /** Unique in the world: `GPU-…`, or `MIG-…` for a part. CUDA finds it by this. */
  readonly uuid: string
  readonly name: string
  /** MiB; null if unknown. That of a part is as its profile's name says. */
  readonly memoryMib: number | null
}

const QUERY = ['--query-gpu=uuid,name,memory.total', '--format=csv,noheader,nounits']
/** The driver takes seconds to wake up where no process keeps it awake. */
const LIMIT_MS = 30_000

/**
 * The NVIDIA GPUs that a process with this environment can use, in the order of the driver; none if nvidia-smi, which
 * comes with the driver, is absent or fails. A GPU that MIG divides is listed by its parts. CUDA_VISIBLE_DEVICES limits
 * the list, as it does for CUDA.
 */
export async function listGpus(environment: NodeJS.ProcessEnv = process.env): Promise<readonly Gpu[]> {
  const ask = async (args: readonly string[]) =>
    (await promisify(execFile)('nvidia-smi', [...args], { env: environment, timeout: LIMIT_MS })).stdout
  try {
    const gpus = parseGpus(await ask(QUERY), await ask(['-L']))
    return selectVisible(gpus, environment['CUDA_VISIBLE_DEVICES'])
  } catch {
    return []
  }
}
