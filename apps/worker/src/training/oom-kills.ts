import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Begins to watch what Linux's out-of-memory killer does to the control group of a process. The function that it
 * returns says whether it has killed anything there since. It counts processes without naming them: if one of a
 * worker's children was killed for its memory while another one was killed by hand, both are taken for the former,
 * which costs the second an attempt alone on its worker.
 */
export function watchOomKills(pid: number, root = '/'): () => boolean {
  const file = listCounters(pid, root).find((path) => readCount(path) !== undefined)
  if (file === undefined) return () => false
  const before = readCount(file) ?? 0
  return () => (readCount(file) ?? 0) > before
}

/**
 * Files that count such kills, the most precise first: the group's own, of cgroup v2 or v1; then the kernel's count
 * for the whole machine. A container may see its group as the root of the file system, or under its name on the host.
 */
function listCounters(pid: number, root: string): string[] {
  const groups = readText(join(root, 'proc', String(pid), 'cgroup')) ?? ''
  const unified = /^0::(.*)$/m.exec(groups)?.[1]
  const memory = /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(.*)$/m.exec(groups)?.[1]
  const mount = join(root, 'sys/fs/cgroup')
  return [
    ...(memory === undefined ? [] : [memory, '']).map((path) =>
      join(mount, 'memory', path, 'memory.oom_control'),
    ),
    ...(unified === undefined ? [] : [unified, '']).map((path) => join(mount, path, 'memory.events')),
    join(root, 'proc/vmstat'),
  ]
}

function readCount(file: string): number | undefined {
  const count = /^oom_kill (\d+)$/m.exec(readText(file) ?? '')?.[1]
  return count === undefined ? undefined : Number(count)
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
