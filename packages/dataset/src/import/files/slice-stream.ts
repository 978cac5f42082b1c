import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'

const PIECE_BYTES = 1 << 18

/**
 * Streams a part of an open file, which stays open: a stream of `node:fs` that is destroyed closes its descriptor,
 * whatever its options say.
 */
export function streamSlice(file: FileHandle, start: number, sizeBytes: number): Readable {
  return Readable.from(readPieces(file, start, start + sizeBytes), { objectMode: false })
}

async function* readPieces(file: FileHandle, start: number, end: number): AsyncGenerator<Buffer> {
  for (let position = start; position < end; ) {
    const bytes = Buffer.allocUnsafe(Math.min(PIECE_BYTES, end - position))
    const { bytesRead } = await file.read(bytes, 0, bytes.length, position)
    if (bytesRead === 0) throw new Error('unexpected end of file')
    position += bytesRead
    yield bytes.subarray(0, bytesRead)
  }
}
