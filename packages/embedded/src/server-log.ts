import { openSync } from 'node:fs'
import { open, rename, stat } from 'node:fs/promises'

const MAX_SIZE_BYTES = 5_000_000

/** The log of one start of Postgres, at the end of the log file. */
export interface ServerLog {
  /** File descriptor to write to; the caller closes it. */
  readonly fd: number
  /** What this start has written so far, at most its last 8 kB. */
  read(): Promise<string>
}

/** Opens the log for appending; one above 5 MB is first moved to `<file>.1`. */
export async function openServerLog(file: string): Promise<ServerLog> {
  const size = await sizeOf(file)
  if (size > MAX_SIZE_BYTES) await rename(file, `${file}.1`)
  const fd = openSync(file, 'a', 0o600)
  const begin = await sizeOf(file)
  return { fd, read: () => readTail(file, begin) }
}

async function readTail(file: string, begin: number): Promise<string> {
  const handle = await open(file, 'r')
  try {
    const end = (await handle.stat()).size
    const from = Math.max(begin, end - 8192)
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.max(0, end - from)), 0, null, from)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await handle.close()
  }
}

const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  )
