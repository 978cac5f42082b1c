import { type Contender, startSweepd } from './contender.js'
import { BATCH, EPOCH_IMAGES, NETWORKS } from './networks.js'
import { PEERS, startPeer } from './python-peer.js'
import { describeSpread, median } from './statistics.js'

const WARM_UP_STEPS = 5
const STEPS = 20

/** Milliseconds per step on one core; with peers, all take turns, and see the same machine in the same minute. */
export async function compare(names: readonly string[], rounds: number, withPeers: boolean): Promise<void> {
  console.log(`batch ${BATCH}, one core, median of ${rounds} rounds of ${STEPS} steps, contenders in turn`)
  const missing = new Set<string>()
  for (const name of names) {
    const contenders = [await startSweepd(NETWORKS[name] ?? {})]
    for (const kind of withPeers ? PEERS : []) {
      const peer = await startPeer(kind, NETWORKS[name] ?? {})
      if (peer) contenders.push(peer)
      else if (missing.size < missing.add(kind.name).size)
        console.log(`${kind.name}: skipped, no Python here can import it`)
    }
    printTimes(name, await measureInTurn(contenders, rounds))
    for (const contender of contenders) await contender.close()
  }
}

/** Milliseconds per step of each contender, by round. */
async function measureInTurn(
  contenders: readonly Contender[],
  rounds: number,
): Promise<ReadonlyMap<string, number[]>> {
  const times = new Map(contenders.map(({ name }) => [name, [] as number[]]))
  for (const contender of contenders) await contender.measure(WARM_UP_STEPS)
  for (let round = 0; round < rounds; round++)
    for (const contender of contenders) times.get(contender.name)?.push(await contender.measure(STEPS))
  return times
}

function printTimes(network: string, times: ReadonlyMap<string, number[]>): void {
  const [ours = []] = times.values()
  for (const [name, all] of times) {
    const ms = median(all)
    const ratio = median(all.map((time, round) => time / (ours[round] ?? Number.NaN)))
    const figures = [
      `${describeSpread(all)} ms/step`,
      `${((BATCH / ms) * 1000).toFixed(0)} images/s per core`,
      `${((ms * EPOCH_IMAGES) / BATCH / 1000).toFixed(1)} s per ${EPOCH_IMAGES} images`,
      ...(times.size > 1 ? [`${ratio.toFixed(2)} × sweepd's time`] : []),
    ]
    console.log(`${network.padEnd(18)} ${name.padEnd(34)} ${figures.join('   ')}`)
  }
}
