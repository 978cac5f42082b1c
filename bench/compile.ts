import { buildCNN, onnxEngine } from '@sweepd/model'
import { drawImages, takeSteps } from './contender.js'
import { BATCH, NETWORKS } from './networks.js'
import { describeSpread, median } from './statistics.js'

const STEPS = 5

/**
 * From the layers of a model to a session that has trained a step, less the time of a step: the first time for its
 * shape, and again for the next trials of the same shape.
 */
export async function measureCompilation(names: readonly string[], rounds: number): Promise<void> {
  console.log(`layers to a ready session, batch ${BATCH}: the first of a shape, and ${rounds} more of it`)
  // What ONNX Runtime does once for a process is not the network's.
  await compileOnce({ convLayers: [1], hiddenLayers: [] })
  for (const name of names) {
    const network = NETWORKS[name] ?? {}
    const first = await compileOnce(network)
    const again: number[] = []
    for (let round = 0; round < rounds; round++) again.push(await compileOnce(network))
    console.log(`${name.padEnd(18)} first ${first.toFixed(0)} ms   again ${describeSpread(again, 0)} ms`)
  }
}

async function compileOnce(network: Parameters<typeof buildCNN>[2]): Promise<number> {
  const batch = drawImages(BATCH)
  const model = buildCNN([28, 28, 1], 10, network)
  const times: number[] = []
  let startedAt = performance.now()
  const trainer = await onnxEngine.createTrainer(model, { optimizer: 'adam', batchSize: BATCH })
  for (let step = 0; step <= STEPS; step++) {
    await takeSteps(trainer, batch, 1)
    times.push(performance.now() - startedAt)
    startedAt = performance.now()
  }
  await trainer.dispose()
  model.dispose()
  const [withCompilation = Number.NaN, ...steps] = times
  return withCompilation - median(steps)
}
