// The same training step on the compiled engine and on native TensorFlow, in turns: time and processor time, in ms.
// npx tsx bench/engines.ts [rounds], after `npx sweepd engine install tfjs`.
import {
  type BuildOptions,
  buildCNN,
  createEngine,
  type Engine,
  prepareTensors,
  type Trainer,
} from '@sweepd/model'

const BATCH = 32
const STEPS = 20
const PIXELS = 28 * 28
const NETWORKS: readonly BuildOptions[] = [
  { convLayers: [32, 64] },
  { convLayers: [32, 64, 128], bn: true, zeroPadding: true },
]

const set = {
  size: 10 * BATCH,
  images: Uint8Array.from({ length: 10 * BATCH * PIXELS }, (_, index) => (index * 7919) % 251),
  labels: Uint8Array.from({ length: 10 * BATCH }, (_, index) => index % 10),
}

async function createTrainer(engine: Engine, network: BuildOptions): Promise<Trainer> {
  await prepareTensors()
  return engine.createTrainer(buildCNN([28, 28, 1], 10, network, 1), { optimizer: 'adam', batchSize: BATCH })
}

const processorMs = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** One step at a time. @returns time and processor time of each, in milliseconds */
async function measure(trainer: Trainer): Promise<{ wall: number[]; processor: number[] }> {
  const wall: number[] = []
  const processor: number[] = []
  for (let step = 0; step < STEPS; step++) {
    const indices = Uint32Array.from({ length: BATCH }, (_, place) => (step * BATCH + place) % set.size)
    const [startedAt, processorBefore] = [performance.now(), processorMs()]
    for await (const _ of trainer.train(set, [{ indices, lr: 0.001, drawMask: (mask) => mask.fill(1) }]));
    wall.push(performance.now() - startedAt)
    processor.push(processorMs() - processorBefore)
  }
  return { wall, processor }
}

function describe(numbers: readonly number[]): string {
  const sorted = numbers.toSorted((a, b) => a - b)
  return `${sorted[0]?.toFixed(1)} (median ${sorted[sorted.length >> 1]?.toFixed(1)})`
}

const rounds = Number(process.argv[2] ?? 3)
const engines = [await createEngine('cpu'), await createEngine('tfjs')]
for (const network of NETWORKS) {
  console.log(JSON.stringify(network))
  const trainers = await Promise.all(engines.map((engine) => createTrainer(engine, network)))
  for (const trainer of trainers) await measure(trainer)
  const results = engines.map(() => ({ wall: [] as number[], processor: [] as number[] }))
  for (let round = 0; round < rounds; round++)
    for (const [index, trainer] of trainers.entries()) {
      const { wall, processor } = await measure(trainer)
      results[index]?.wall.push(...wall)
      results[index]?.processor.push(...processor)
    }
  for (const [index, { name }] of engines.entries()) {
    const { wall = [], processor = [] } = results[index] ?? {}
    console.log(`  ${name.padEnd(12)} ${describe(wall)} ms, processor ${describe(processor)} ms`)
  }
  for (const trainer of trainers) await trainer.dispose()
}
for (const engine of engines) await engine.dispose()
