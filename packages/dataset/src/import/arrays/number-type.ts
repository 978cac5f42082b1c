/** How an array file stores its numbers. */
export interface NumberType {
  /** For people: `float32`. */
  readonly name: string
  readonly bytes: number
  readonly kind: 'bool' | 'int' | 'uint' | 'float'
  readonly isBigEndian: boolean
}

const NAMES = { b: 'bool', i: 'int', u: 'uint', f: 'float' } as const
const SIZES = { b: [1], i: [1, 2, 4, 8], u: [1, 2, 4, 8], f: [2, 4, 8] } as const

/** The type that numpy calls by this text (`'<f4'`, `'|u1'`); undefined if it is no number. */
export function parseNumpyType(text: string): NumberType | undefined {
  const [, order, letter, size] = /^([<>|=])([biuf])(\d)$/.exec(text) ?? []
  if (letter !== 'b' && letter !== 'i' && letter !== 'u' && letter !== 'f') return undefined
  const bytes = Number(size)
  if (!(SIZES[letter] as readonly number[]).includes(bytes)) return undefined
  const kind = NAMES[letter]
  return { name: kind === 'bool' ? kind : `${kind}${bytes * 8}`, bytes, kind, isBigEndian: order === '>' }
}

const IDX_TYPES: Readonly<Record<number, string>> = {
  8: '|u1',
  9: '|i1',
  11: '>i2',
  12: '>i4',
  13: '>f4',
  14: '>f8',
}

/** The type that the third byte of an idx file means. */
export const parseIdxType = (code: number): NumberType | undefined => parseNumpyType(IDX_TYPES[code] ?? '')

/** The numbers that these bytes hold. Whole numbers of 64 bits are exact up to 2⁵³. */
export function decodeNumbers(bytes: Buffer, type: NumberType): ArrayLike<number> {
  const copy = Buffer.from(bytes)
  if (type.isBigEndian) swap(copy, type.bytes)
  const buffer = copy.buffer.slice(copy.byteOffset, copy.byteOffset + copy.byteLength)
  switch (`${type.kind}${type.bytes}`) {
    case 'int1':
      return new Int8Array(buffer)
    case 'int2':
      return new Int16Array(buffer)
    case 'int4':
      return new Int32Array(buffer)
    case 'int8':
      return Float64Array.from(new BigInt64Array(buffer), Number)
    case 'uint2':
      return new Uint16Array(buffer)
    case 'uint4':
      return new Uint32Array(buffer)
    case 'uint8':
      return Float64Array.from(new BigUint64Array(buffer), Number)
    case 'float2':
      return Float32Array.from(new Uint16Array(buffer), decodeHalf)
    case 'float4':
      return new Float32Array(buffer)
    case 'float8':
      return new Float64Array(buffer)
    default:
      return new Uint8Array(buffer)
  }
}

function swap(bytes: Buffer, size: number): void {
  if (size === 2) bytes.swap16()
  else if (size === 4) bytes.swap32()
  else if (size === 8) bytes.swap64()
}

/** IEEE 754 binary16. */
function decodeHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25)
}
