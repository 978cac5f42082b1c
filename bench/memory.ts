import { startChild } from './child.js'
import type { MemoryAnswer, MemoryQuestion } from './memory-child.js'

/** Resident memory of a slot's process that trains one short trial after the other, with Fashion-MNIST's images. */
export async function measureMemory(names: readonly string[], trials: number): Promise<void> {
  console.log(`resident memory of one slot, a process for each network, ${trials} trials after the first`)
  for (const network of names) {
    const child = startChild<MemoryQuestion, MemoryAnswer>('./memory-child.ts')
    const { rssMb: first } = await child.ask({ network, trials: 1 })
    const { rssMb: last, peakMb } = await child.ask({ network, trials })
    await child.close()
    const figures = [`after the first ${first}`, `after the last ${last}`, `at most ${peakMb}`]
    console.log(`${network.padEnd(18)} ${figures.map((figure) => `${figure} MB`).join('   ')}`)
  }
}
