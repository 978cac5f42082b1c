/**
 * Mean and standard deviation of pixels by channel. Counts how often each of the 256 values occurs, so the result is
 * exact and does not depend on the order or on the size of the pieces.
 */
export class PixelStatistics {
  private readonly counts: readonly Float64Array[]
  private channel = 0

  constructor(private readonly channels: number) {
    this.counts = Array.from({ length: channels }, () => new Float64Array(256))
  }

  /** Adds pixels with interleaved channels; a piece may end within a pixel. */
  add(bytes: Uint8Array): void {
    const first = this.channel
    for (let offset = 0; offset < this.channels; offset++) {
      const counts = this.counts[(first + offset) % this.channels] ?? new Float64Array(256)
      for (let index = offset; index < bytes.length; index += this.channels) {
        const value = bytes[index] ?? 0
        counts[value] = (counts[value] ?? 0) + 1
      }
    }
    this.channel = (first + bytes.length) % this.channels
  }

  /** By channel, of values scaled to 0 … 1. */
  summarise(): { mean: number[]; deviation: number[] } {
    const moments = this.counts.map(momentsOf)
    return { mean: moments.map(({ mean }) => mean), deviation: moments.map(({ deviation }) => deviation) }
  }
}

/** All sums are whole numbers below 2⁵³ up to 10¹¹ pixels. */
function momentsOf(counts: Float64Array): { mean: number; deviation: number } {
  let size = 0
  let sum = 0
  let squares = 0
  for (const [value, occurrences] of counts.entries()) {
    size += occurrences
    sum += value * occurrences
    squares += value * value * occurrences
  }
  if (size === 0) return { mean: 0, deviation: 0 }
  const mean = sum / size
  return { mean: mean / 255, deviation: Math.sqrt(Math.max(0, squares / size - mean * mean)) / 255 }
}
