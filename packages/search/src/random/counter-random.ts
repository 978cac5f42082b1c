/**
 * Random numbers that follow from a few whole numbers alone: whoever asks for the numbers of (seed, trial, draw) gets
 * the same ones, on every machine and after any crash, because no generator's state is kept anywhere.
 */
export interface CounterRandom {
  /** The next number, evenly spread over (0, 1); never 0 or 1, so that quantiles of it are finite. */
  uniform(): number
  /** A whole number from 0 to `size` − 1. */
  below(size: number): number
}

/** The stream of random numbers named by whole numbers from 0 to 2³² − 1, such as seed, trial number and draw. */
export function createCounterRandom(...names: readonly number[]): CounterRandom {
  let state = 0x9e3779b9
  for (const name of names) state = mix((state ^ mix(name >>> 0)) + 0x85ebca6b)
  let counter = 0
  const next32 = (): number => {
    counter = (counter + 1) >>> 0
    return mix(state ^ mix(Math.imul(counter, 0x9e3779b9) ^ 0x6a09e667))
  }
  const uniform = (): number => ((next32() >>> 5) * 67_108_864 + (next32() >>> 6) + 0.5) / 2 ** 53
  return { uniform, below: (size) => Math.min(size - 1, Math.floor(uniform() * size)) }
}

/** Mixes 32 bits so that each input bit changes each output bit about half of the time (MurmurHash3's finalizer). */
function mix(value: number): number {
  let bits = value >>> 0
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) >>> 0
}
