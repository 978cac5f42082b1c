import { readdirSync, readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { findSoftwareDriver } from './gpu-presence.js'

const NVIDIA_GPUS = '/proc/driver/nvidia/gpus'

/**
 * The device's name as shown to people: `AMD EPYC 9354 32-Core Processor`; `GPU` if the system names none.
 * @param kind `vulkan` is a GPU, unless the environment names a driver of Vulkan that computes in software
 */
export function describeDevice(kind: 'cpu' | 'gpu' | 'vulkan'): string {
  if (kind === 'cpu') return cpus()[0]?.model.trim() ?? 'CPU'
  if (kind === 'vulkan' && findSoftwareDriver(process.env) !== undefined) return 'a software adapter'
  return findNvidiaGpu() ?? 'GPU'
}

/** By what NVIDIA's driver for Linux tells; other systems and makers have no such file. */
function findNvidiaGpu(): string | undefined {
  try {
    const [first] = readdirSync(NVIDIA_GPUS)
    const information = readFileSync(`${NVIDIA_GPUS}/${first}/information`, 'utf8')
    return /^Model:\s*(.+?)\s*$/m.exec(information)?.[1]
  } catch {
    return undefined
  }
}
