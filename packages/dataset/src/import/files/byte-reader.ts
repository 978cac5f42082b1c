import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { invalidSource } from '../invalid-source.js'
import type { SourceFile } from './source-file.js'

/** Reads a stream in pieces of a chosen size. Memory is taken as bytes arrive, not as a header announces them. */
export class ByteReader {
  private readonly chunks: AsyncIterator<Buffer>
  private rest: Buffer = Buffer.alloc(0)

  constructor(private readonly stream: Readable) {
    this.chunks = stream[Symbol.asyncIterator]()
  }

  /** The next `length` bytes; fewer if the stream ends. */
  async read(length: number): Promise<Buffer> {
    const parts: Buffer[] = []
    let missing = length
    while (missing > 0) {
      if (this.rest.length === 0) {
        const { done, value } = await this.chunks.next()
        if (done) break
        this.rest = value
      }
      const part = this.rest.subarray(0, missing)
      this.rest = this.rest.subarray(part.length)
      parts.push(part)
      missing -= part.length
    }
    return parts.length === 1 ? (parts[0] ?? Buffer.alloc(0)) : Buffer.concat(parts)
  }

  close(): void {
    this.stream.destroy()
  }
}

/**
 * Reads a file with `use`, unzipping it if it is gzipped by its name.
 * @throws DatasetError naming the file if its archive or its gzip is damaged.
 */
export async function readFile<T>(
  source: string,
  file: SourceFile,
  use: (reader: ByteReader) => Promise<T>,
): Promise<T> {
  const raw = await file.open()
  const stream = file.path.endsWith('.gz') ? raw.pipe(createGunzip()) : raw
  if (stream !== raw) raw.on('error', (error) => stream.destroy(error))
  const reader = new ByteReader(stream)
  try {
    return await use(reader)
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (
      code?.startsWith('Z_') ||
      /^(invalid|unexpected|too (many|few) bytes|end of|not enough)/i.test(message)
    )
      throw invalidSource(`${source}/${file.path}`, `it is damaged: ${message}.`, cause)
    throw cause
  } finally {
    reader.close()
    raw.destroy()
  }
}
