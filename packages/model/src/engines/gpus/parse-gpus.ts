import type { Gpu } from './list-gpus.js'

/** A line of `nvidia-smi -L`: `GPU 0: NVIDIA A100 (UUID: GPU-…)`, and below it `  MIG 3g.20gb  Device 0: (UUID: MIG-…)`. */
const LISTED = /^\s*(GPU \d+|MIG (\S+)\s+Device\s+\d+):.*\(UUID: ([^)]+)\)/

/** A GPU with the devices that MIG has made of it, of which there are none as a rule. */
export type GpuWithParts = Gpu & { readonly parts: readonly Gpu[] }

/**
 * @param query of `nvidia-smi --query-gpu=uuid,name,memory.total`, as CSV without head and units
 * @param list of `nvidia-smi -L`, the only one that tells the UUIDs of parts
 */
export function parseGpus(query: string, list: string): GpuWithParts[] {
  const parts = parseParts(list)
  return query.split('\n').flatMap((line) => {
    const [uuid, ...rest] = line.split(',').map((field) => field.trim())
    if (!uuid) return []
    const memory = Number(rest.pop())
    const name = rest.join(', ')
    const memoryMib = Number.isFinite(memory) ? memory : null
    const own = (parts.get(uuid) ?? []).map((part) => ({ ...part, name: `${name} ${part.name}` }))
    return [{ uuid, name, memoryMib, parts: own }]
  })
}

/** By the UUID of their GPU. */
function parseParts(list: string): Map<string, Gpu[]> {
  const parts = new Map<string, Gpu[]>()
  let current: Gpu[] = []
  for (const line of list.split('\n')) {
    const [, , profile, uuid] = LISTED.exec(line) ?? []
    if (uuid === undefined) continue
    if (profile === undefined) {
      current = []
      parts.set(uuid, current)
    } else current.push({ uuid, name: `MIG ${profile}`, memoryMib: readMemory(profile) })
  }
  return parts
}

/** `3g.20gb` has 20 GB. */
function readMemory(profile: string): number | null {
  const [, gigabytes] = /(\d+)gb/.exec(profile) ?? []
  return gigabytes === undefined ? null : Number(gigabytes) * 1024
}
