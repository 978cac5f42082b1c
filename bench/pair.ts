import { startChild } from './child.js'
import type { PairAnswer, PairQuestion } from './pair-child.js'
import { describeSpread, median } from './statistics.js'

const ROUND_MS = 4000

/** Two trials at once on two cores against one, alternately: how many times the images per second. */
export async function measurePair(names: readonly string[], rounds: number): Promise<void> {
  console.log(`one trial and two at once, a process each, ${rounds} rounds of ${ROUND_MS / 1000} s in turn`)
  const children = [0, 1].map(() => startChild<PairQuestion, PairAnswer>('./pair-child.ts'))
  for (const network of names) {
    const measure = async (count: number) => {
      const asked = children.slice(0, count).map((child) => child.ask({ network, durationMs: ROUND_MS }))
      return (await Promise.all(asked)).reduce((sum, { imagesPerSecond }) => sum + imagesPerSecond, 0)
    }
    await measure(2)
    const [one, two]: [number[], number[]] = [[], []]
    for (let round = 0; round < rounds; round++) {
      one.push(await measure(1))
      two.push(await measure(2))
    }
    const ratios = two.map((speed, round) => speed / (one[round] ?? Number.NaN))
    console.log(
      `${network.padEnd(18)} one ${median(one).toFixed(0)} images/s   two ${median(two).toFixed(0)} images/s   ` +
        `${describeSpread(ratios, 2)} times as many`,
    )
  }
  for (const child of children) await child.close()
}
