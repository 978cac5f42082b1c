import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A control group of Linux whose processes share a limit of memory. */
export interface MemoryGroup {
  /** A process whose id is written here joins the group; what it allocates from then on counts. */
  readonly processesFile: string
  /** Once its processes are gone. */
  remove(): void
}

const KINDS = [
  ['/sys/fs/cgroup/memory', 'memory.limit_in_bytes'],
  ['/sys/fs/cgroup', 'memory.max'],
] as const

/** Creates a group; undefined if this user or this system cannot. */
export function createMemoryGroup(limitBytes: number): MemoryGroup | undefined {
  for (const [mount, limit] of KINDS) {
    const group = join(mount, `sweepd-test-${process.pid}-${limitBytes}`)
    try {
      mkdirSync(group)
    } catch {
      continue
    }
    const remove = () => rmdirSync(group)
    try {
      writeFileSync(join(group, limit), String(limitBytes))
      return { processesFile: join(group, 'cgroup.procs'), remove }
    } catch {
      remove()
    }
  }
  return undefined
}
