import { execFile } from 'node:child_process'
import { mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { runAfterOurEnd } from '@sweepd/process'

const run = promisify(execFile)

/** Room for a cluster, its write-ahead log and a sweep. */
const SIZE_MB = 256

/** With patience for a Postgres that is still shutting down. */
const UNMOUNT =
  'for i in 1 2 3 4 5 6 7 8 9 10; do umount "$0" 2>/dev/null && exit; sleep 1; done; umount -l "$0"'

/** A file system of its own, small enough to be filled. */
export interface SmallDisk {
  readonly folder: string
  /** Takes all space that is left. */
  fill(): Promise<void>
  /** Gives it back. */
  clear(): Promise<void>
  close(): Promise<void>
}

/** Why there can be no small disk here, or undefined. */
export function findDiskObstacle(): string | undefined {
  if (process.platform !== 'linux') return 'a small disk is a tmpfs, which only Linux has'
  return process.getuid?.() === 0 ? undefined : 'only root can mount a small disk'
}

/** Mounts a tmpfs in the folder, which is created. It is unmounted at the latest when this process is gone. */
export async function mountSmallDisk(folder: string): Promise<SmallDisk> {
  await mkdir(folder)
  await run('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_MB}m,mode=0755`, 'sweepd-faults', folder])
  const callOff = runAfterOurEnd(UNMOUNT, folder)
  const filler = join(folder, 'filler')
  return {
    folder,
    fill: () => fillUp(filler),
    clear: () => rm(filler, { force: true }),
    close: async () => {
      callOff()
      await run('umount', [folder])
    },
  }
}

/** In chunks that get smaller, so that not a page is left. */
async function fillUp(file: string): Promise<void> {
  const handle = await open(file, 'w')
  try {
    for (const sizeBytes of [2 ** 20, 2 ** 12]) await writeUntilFull(handle, Buffer.alloc(sizeBytes, 1))
  } finally {
    await handle.close()
  }
}

async function writeUntilFull(handle: Awaited<ReturnType<typeof open>>, chunk: Buffer): Promise<void> {
  for (;;) {
    try {
      await handle.write(chunk)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return
      throw error
    }
  }
}
