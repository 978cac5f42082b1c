import { MersenneTwister } from '../mersenne-twister.js'

/** The few kinds of draws that a drawing needs, repeatable from a seed. */
export class RandomDraws {
  private readonly twister: MersenneTwister

  constructor(seed: number) {
    this.twister = new MersenneTwister(seed)
  }

  /** A number from `min` to below `max`, all equally likely. */
  between(min: number, max: number): number {
    return min + ((max - min) * this.twister.nextUint32()) / 2 ** 32
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.between(0, 1) < probability
  }

  /**
   * Nearly normal with mean 0 and deviation 1: the sum of the four bytes of one draw (Irwin–Hall). Box–Muller needs
   * logarithms, which may differ in the last bit from one machine to another.
   */
  nearlyNormal(): number {
    const bits = this.twister.nextUint32()
    const sum = (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24)
    return (sum - 510) / 147.8
  }
}
