import type { FileHandle } from 'node:fs/promises'

const WINDOW_BYTES = 1 << 20

/** Reads pieces of a file that mostly follow each other, a megabyte at a time. */
export class FileWindow {
  private bytes: Buffer = Buffer.alloc(0)
  private start = 0
  /** One read at a time, so that several readers share what one of them has fetched. */
  private turn: Promise<unknown> = Promise.resolve()

  constructor(private readonly file: FileHandle) {}

  /**
   * The bytes at this place, as a view that stays valid.
   * @throws Error if the file ends before
   */
  async read(start: number, length: number): Promise<Buffer> {
    const there = this.find(start, length)
    if (there) return there
    const result = this.turn.then(async () => this.find(start, length) ?? this.load(start, length))
    this.turn = result.catch(() => {})
    return result
  }

  private find(start: number, length: number): Buffer | undefined {
    const offset = start - this.start
    if (offset < 0 || offset + length > this.bytes.length) return undefined
    return this.bytes.subarray(offset, offset + length)
  }

  private async load(start: number, length: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(Math.max(length, WINDOW_BYTES))
    let filled = 0
    while (filled < length) {
      const { bytesRead } = await this.file.read(bytes, filled, bytes.length - filled, start + filled)
      if (bytesRead === 0) throw new Error('the file ends within it')
      filled += bytesRead
    }
    this.bytes = bytes.subarray(0, filled)
    this.start = start
    return bytes.subarray(0, length)
  }
}
