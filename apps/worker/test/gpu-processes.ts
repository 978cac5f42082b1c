import { readdirSync, readFileSync } from 'node:fs'

/** Living processes by the GPU that their environment gives them: what really uses a GPU, whatever anybody says of it. */
export function findGpuProcesses(prefix: string): Map<string, number[]> {
  const found = new Map<string, number[]>()
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    const gpu = readGpu(entry, prefix)
    if (gpu !== undefined) found.set(gpu, [...(found.get(gpu) ?? []), Number(entry)])
  }
  return found
}

function readGpu(pid: string, prefix: string): string | undefined {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`, 'latin1')
    const [, gpu] = /(?:^|\0)CUDA_VISIBLE_DEVICES=([^\0]+)/.exec(environment) ?? []
    return gpu?.startsWith(prefix) ? gpu : undefined
  } catch {
    return undefined
  }
}

/** Looks again and again, and notes each moment at which several processes use a GPU. */
export class GpuWatch {
  readonly overlaps: string[] = []
  private readonly timer: NodeJS.Timeout

  constructor(private readonly prefix: string) {
    this.timer = setInterval(() => this.look(), 50)
  }

  look(): Map<string, number[]> {
    const found = findGpuProcesses(this.prefix)
    for (const [gpu, pids] of found)
      if (pids.length > 1) this.overlaps.push(`${gpu} is used by the processes ${pids.join(' and ')}`)
    return found
  }

  stop(): void {
    clearInterval(this.timer)
  }
}
