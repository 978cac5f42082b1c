/** An array of bytes with its dimensions, as an idx file holds it. */
export interface IdxArray {
  readonly shape: readonly number[]
  readonly data: Uint8Array
}

/** Bytes that are no idx array of unsigned bytes; the message says in what they differ. */
export class IdxFormatError extends Error {
  override readonly name = 'IdxFormatError'
}

const UNSIGNED_BYTE = 0x08

/**
 * Parses the idx format of MNIST (http://yann.lecun.com/exdb/mnist/): two zero bytes, the type of the values, the
 * number of dimensions, each dimension as a big-endian 32-bit number, then the values. `data` is a view on `bytes`.
 * @throws IdxFormatError if the magic number is another or the length does not fit the dimensions.
 */
export function parseIdx(bytes: Uint8Array): IdxArray {
  const rank = bytes[3] ?? 0
  const headerSize = 4 + 4 * rank
  if (bytes[0] !== 0 || bytes[1] !== 0 || bytes[2] !== UNSIGNED_BYTE || rank === 0)
    throw new IdxFormatError(`its magic number is ${formatMagic(bytes)}, not that of idx data (00 00 08 …)`)
  if (bytes.length < headerSize)
    throw new IdxFormatError(`it is truncated: it ends within its header of ${headerSize} bytes`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis))
  const expected = headerSize + countValues(shape)
  if (bytes.length < expected)
    throw new IdxFormatError(`it is truncated: it holds ${bytes.length} of ${expected} bytes`)
  if (bytes.length > expected)
    throw new IdxFormatError(
      `it holds ${bytes.length} bytes, more than the ${expected} that its header announces`,
    )
  return { shape, data: bytes.subarray(headerSize) }
}

/**
 * The bytes of an idx file; the inverse of `parseIdx`.
 * @throws RangeError if the data does not fill the shape.
 */
export function formatIdx({ shape, data }: IdxArray): Uint8Array {
  if (shape.length === 0 || shape.length > 255 || data.length !== countValues(shape))
    throw new RangeError(`${data.length} values do not fill the shape [${shape.join(', ')}]`)
  const headerSize = 4 + 4 * shape.length
  const bytes = new Uint8Array(headerSize + data.length)
  bytes.set([0, 0, UNSIGNED_BYTE, shape.length])
  const view = new DataView(bytes.buffer)
  for (const [axis, length] of shape.entries()) view.setUint32(4 + 4 * axis, length)
  bytes.set(data, headerSize)
  return bytes
}

const countValues = (shape: readonly number[]) => shape.reduce((product, length) => product * length, 1)

const formatMagic = (bytes: Uint8Array) =>
  Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ') || 'missing'
