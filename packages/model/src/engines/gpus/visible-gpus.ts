import type { Gpu } from './list-gpus.js'
import type { GpuWithParts } from './parse-gpus.js'

/**
 * The GPUs that CUDA would see with this CUDA_VISIBLE_DEVICES, by numbers in the order of the driver or by the beginnings
 * of UUIDs. Like CUDA it ends the list at the first entry that names nothing: `-1` hides all. Undefined: all are visible.
 * A GPU with parts stands for them, as CUDA cannot use it whole.
 */
export function selectVisible(gpus: readonly GpuWithParts[], visible: string | undefined): Gpu[] {
  const divide = ({ parts, ...gpu }: GpuWithParts): readonly Gpu[] => (parts.length > 0 ? parts : [gpu])
  if (visible === undefined) return gpus.flatMap(divide)
  const selected: Gpu[] = []
  for (const entry of visible.split(',').map((text) => text.trim())) {
    const found = /^\d+$/.test(entry) ? gpus.slice(Number(entry), Number(entry) + 1) : findByUuid(gpus, entry)
    const named = found.flatMap((gpu) => ('parts' in gpu ? divide(gpu as GpuWithParts) : [gpu]))
    if (named.length === 0) break
    selected.push(...named.filter(({ uuid }) => !selected.some((known) => known.uuid === uuid)))
  }
  return selected
}

function findByUuid(gpus: readonly GpuWithParts[], entry: string): readonly Gpu[] {
  if (!/^(GPU|MIG)-/.test(entry)) return []
  return [...gpus, ...gpus.flatMap(({ parts }) => parts)]
    .filter(({ uuid }) => uuid.startsWith(entry))
    .slice(0, 1)
}
