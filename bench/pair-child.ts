import { prepareTensors } from '@sweepd/model'
import { type Contender, startSweepd } from './contender.js'
import { BATCH, NETWORKS } from './networks.js'

/** Train this network for so long. */
export interface PairQuestion {
  readonly network: string
  readonly durationMs: number
}

export interface PairAnswer {
  readonly imagesPerSecond: number
}

const STEPS_BETWEEN_LOOKS = 8
const known = new Map<string, Promise<Contender>>()

process.on('message', async ({ network, durationMs }: PairQuestion) => {
  await prepareTensors()
  const contender = known.get(network) ?? startSweepd(NETWORKS[network] ?? {})
  known.set(network, contender)
  const { measure } = await contender
  const startedAt = performance.now()
  let images = 0
  while (performance.now() - startedAt < durationMs) {
    await measure(STEPS_BETWEEN_LOOKS)
    images += STEPS_BETWEEN_LOOKS * BATCH
  }
  const imagesPerSecond = (images * 1000) / (performance.now() - startedAt)
  process.send?.({ imagesPerSecond } satisfies PairAnswer)
})
