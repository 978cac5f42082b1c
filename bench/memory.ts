import type { NetworkOptions } from '@sweepd/model'
import { startChild } from './child.js'
import { NETWORKS } from './networks.js'

/** Train this network so many times. */
interface MemoryQuestion {
  readonly network: Partial<NetworkOptions>
  readonly trials: number
}

/** In MB of 10⁶ bytes. */
interface MemoryAnswer {
  readonly rssMb: number
  readonly peakMb: number
}

/** Resident memory of a slot's process that trains one short trial after the other, with Fashion-MNIST's images. */
export async function measureMemory(names: readonly string[], trials: number): Promise<void> {
  console.log(`resident memory of one slot, a process for each network, ${trials} trials after the first`)
  for (const name of names) {
    const network = NETWORKS[name] ?? {}
    const child = startChild<MemoryQuestion, MemoryAnswer>('./memory-child.mjs')
    const { rssMb: first } = await child.ask({ network, trials: 1 })
    const { rssMb: last, peakMb } = await child.ask({ network, trials })
    await child.close()
    const figures = [`after the first ${first}`, `after the last ${last}`, `at most ${peakMb}`]
    console.log(`${name.padEnd(18)} ${figures.map((figure) => `${figure} MB`).join('   ')}`)
  }
}
