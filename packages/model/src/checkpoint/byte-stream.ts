/** Writes numbers, text and vectors one after another, least significant byte first. */
export class ByteWriter {
  private readonly parts: Uint8Array[] = []

  uint32(value: number): void {
    this.parts.push(bytesOf(Uint32Array.of(value)))
  }

  float64(value: number): void {
    this.parts.push(bytesOf(Float64Array.of(value)))
  }

  text(value: string): void {
    const bytes = Buffer.from(value)
    this.uint32(bytes.length)
    this.parts.push(bytes)
  }

  /** The length, then the numbers as they lie in memory. */
  vector(values: Float32Array): void {
    this.uint32(values.length)
    this.parts.push(bytesOf(values))
  }

  /** All that was written, in a buffer of its own: a view of a larger one would be sent between processes as a whole. */
  finish(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.parts.reduce((length, part) => length + part.length, 0))
    let offset = 0
    for (const part of this.parts) {
      bytes.set(part, offset)
      offset += part.length
    }
    return bytes
  }
}

/** Reads what a ByteWriter wrote, in the same order. @throws RangeError past the end */
export class ByteReader {
  private offset = 0
  private readonly view

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  uint32(): number {
    return this.view.getUint32(this.advance(4), true)
  }

  float64(): number {
    return this.view.getFloat64(this.advance(8), true)
  }

  text(): string {
    return Buffer.from(this.take(this.uint32())).toString()
  }

  vector(): Float32Array {
    // A copy: vectors begin anywhere, and a Float32Array only at a multiple of four.
    const values = new Float32Array(this.uint32())
    bytesOf(values).set(this.take(values.byteLength))
    return values
  }

  private take(length: number): Uint8Array {
    const start = this.advance(length)
    return this.bytes.subarray(start, start + length)
  }

  private advance(length: number): number {
    const start = this.offset
    if (start + length > this.bytes.length) throw new RangeError('the bytes end too early')
    this.offset += length
    return start
  }
}

// Typed arrays are in the machine's own order: least significant byte first on every machine that Node is built for
// and that ONNX Runtime runs on.
const bytesOf = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
