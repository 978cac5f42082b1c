const STATE_SIZE = 624
const SHIFT_SIZE = 397
const MATRIX_A = 0x9908b0df
const UPPER_MASK = 0x80000000
const LOWER_MASK = 0x7fffffff

/**
 * MT19937 seeded by one number, as `numpy.random.RandomState(seed)` is (Matsumoto and Nishimura 1998, mt19937ar.c,
 * `init_genrand`). The same seed gives the same numbers on every machine.
 */
export class MersenneTwister {
  private readonly state = new Uint32Array(STATE_SIZE)
  private position = STATE_SIZE

  /** @param seed a whole number from 0 to 2³² − 1 */
  constructor(seed: number) {
    if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff)
      throw new RangeError(`seed ${seed} is not a whole number from 0 to 4294967295`)
    let previous = seed
    this.state[0] = seed
    for (let index = 1; index < STATE_SIZE; index++) {
      previous = (Math.imul(1812433253, previous ^ (previous >>> 30)) + index) >>> 0
      this.state[index] = previous
    }
  }

  /** The next whole number from 0 to 2³² − 1. */
  nextUint32(): number {
    if (this.position === STATE_SIZE) this.twist()
    let value = this.state[this.position++] ?? 0
    value ^= value >>> 11
    value ^= (value << 7) & 0x9d2c5680
    value ^= (value << 15) & 0xefc60000
    value ^= value >>> 18
    return value >>> 0
  }

  private twist(): void {
    const { state } = this
    for (let index = 0; index < STATE_SIZE; index++) {
      const next = state[index + 1 < STATE_SIZE ? index + 1 : 0] ?? 0
      const joined = ((state[index] ?? 0) & UPPER_MASK) | (next & LOWER_MASK)
      const shifted = index + SHIFT_SIZE
      const other = state[shifted < STATE_SIZE ? shifted : shifted - STATE_SIZE] ?? 0
      state[index] = other ^ (joined >>> 1) ^ (joined & 1 ? MATRIX_A : 0)
    }
    this.position = 0
  }
}
