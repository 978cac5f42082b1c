/** Pixels that lie elsewhere, such as in a file, and are copied when they are needed. */
export interface StoredPixels {
  /** In bytes. */
  readonly length: number
  /** Copies bytes `start` to `end` (exclusive) to a place in `target`. */
  copyTo(target: Uint8Array, at: number, start: number, end: number): void
}

/** Pixels of images one after the other, 0 to 255. */
export type Pixels = Uint8Array | StoredPixels

/** Copies bytes `start` to `end` (exclusive) to a place in `target`. */
export function copyPixels(pixels: Pixels, target: Uint8Array, at: number, start: number, end: number): void {
  if (pixels instanceof Uint8Array) target.set(pixels.subarray(start, end), at)
  else pixels.copyTo(target, at, start, end)
}

/** Bytes `start` to `end` (exclusive): a view where they are in memory, else a copy. */
export function readPixels(pixels: Pixels, start: number, end: number): Uint8Array {
  if (pixels instanceof Uint8Array) return pixels.subarray(start, end)
  const bytes = new Uint8Array(end - start)
  pixels.copyTo(bytes, 0, start, end)
  return bytes
}

/** The first bytes, without a copy. */
export function firstPixels(pixels: Pixels, length: number): Pixels {
  if (pixels instanceof Uint8Array) return pixels.subarray(0, length)
  return { length, copyTo: (target, at, start, end) => pixels.copyTo(target, at, start, end) }
}

/** The images at these places, one after the other, each of `imageBytes`, without a copy. */
export function pickPixels(pixels: Pixels, places: Uint32Array, imageBytes: number): StoredPixels {
  return {
    length: places.length * imageBytes,
    copyTo: (target, at, start, end) => {
      for (let from = start; from < end; ) {
        const image = Math.floor(from / imageBytes)
        const until = Math.min(end, (image + 1) * imageBytes)
        const shift = ((places[image] as number) - image) * imageBytes
        copyPixels(pixels, target, at + from - start, from + shift, until + shift)
        from = until
      }
    },
  }
}
