/**
 * xoshiro128** of Blackman and Vigna (https://prng.di.unimi.it/xoshiro128starstar.c, public domain), seeded by
 * splitmix32. Small and fast: dropout draws a million numbers a second from it.
 */
export class Random {
  private readonly state = new Uint32Array(4)

  /** The same seeds, in the same order, give the same numbers. @param seeds whole numbers */
  constructor(...seeds: readonly number[]) {
    let hash = 0x9e3779b9
    for (const seed of seeds) hash = mix(hash ^ (seed >>> 0))
    for (let index = 0; index < 4; index++) {
      hash = (hash + 0x9e3779b9) >>> 0
      this.state[index] = mix(hash)
    }
  }

  /** A whole number from 0 to 2³² − 1. */
  uint32(): number {
    const s = this.state
    const [s0, s1, s2, s3] = [s[0] as number, s[1] as number, s[2] as number, s[3] as number]
    const scrambled = Math.imul(s1, 5)
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0
    const t2 = s2 ^ s0
    const t3 = s3 ^ s1
    s[1] = s1 ^ t2
    s[0] = s0 ^ t3
    s[2] = t2 ^ (s1 << 9)
    s[3] = (t3 << 11) | (t3 >>> 21)
    return result
  }

  /** A whole number from 0 to `bound` − 1, each as likely. @param bound 1 to 2³² */
  below(bound: number): number {
    const limit = 2 ** 32 - (2 ** 32 % bound)
    for (;;) {
      const drawn = this.uint32()
      if (drawn < limit) return drawn % bound
    }
  }

  /** 0 … count − 1 in random order (Fisher and Yates). */
  permutation(count: number): Uint32Array {
    const order = Uint32Array.from({ length: count }, (_, index) => index)
    for (let last = count - 1; last > 0; last--) {
      const other = this.below(last + 1)
      const kept = order[last] as number
      order[last] = order[other] as number
      order[other] = kept
    }
    return order
  }

  /** Fills with 0, with probability `rate`, or else 1 / (1 − rate): what inverted dropout multiplies with. */
  fillDropoutMask(mask: Float32Array, rate: number): void {
    const kept = 1 / (1 - rate)
    // Sixteen bits decide one place, so that one draw serves two; rates are exact to 1/65536.
    const threshold = Math.round(rate * 65536)
    for (let index = 0; index < mask.length; index += 2) {
      const drawn = this.uint32()
      mask[index] = (drawn & 0xffff) < threshold ? 0 : kept
      mask[index + 1] = drawn >>> 16 < threshold ? 0 : kept
    }
  }
}

/** The finaliser of MurmurHash3. */
function mix(value: number): number {
  let hash = value
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
