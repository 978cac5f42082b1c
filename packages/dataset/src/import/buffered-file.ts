import type { FileHandle } from 'node:fs/promises'

const BUFFER_BYTES = 1 << 20

/** Appends to a file in large pieces: small images one by one would take most of the time of an import. */
export class BufferedFile {
  private buffer = Buffer.allocUnsafe(BUFFER_BYTES)
  private buffered = 0
  private flushed = 0
  private pending: Promise<void> = Promise.resolve()

  constructor(private readonly file: FileHandle) {}

  /** Of all that was appended. */
  get sizeBytes(): number {
    return this.flushed + this.buffered
  }

  /** Copies the bytes at once and in order; the promise resolves when the file has caught up. */
  append(bytes: Uint8Array): Promise<void> {
    if (this.buffered + bytes.length > this.buffer.length) this.startWriting(bytes.length)
    this.buffer.set(bytes, this.buffered)
    this.buffered += bytes.length
    return this.pending
  }

  /** Resolves when all is in the file. */
  flush(): Promise<void> {
    this.startWriting(0)
    return this.pending
  }

  private startWriting(neededBytes: number): void {
    const bytes = this.buffer.subarray(0, this.buffered)
    const position = this.flushed
    this.flushed += this.buffered
    this.buffer = Buffer.allocUnsafe(Math.max(BUFFER_BYTES, neededBytes))
    this.buffered = 0
    this.pending = this.pending.then(() => writeAll(this.file, bytes, position))
    // Whoever waits next is told; nobody may wait just now.
    this.pending.catch(() => {})
  }
}

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; )
    done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten
}
