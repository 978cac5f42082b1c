// The same training step on the compiled engine, on native TensorFlow and, if `python3` can import it, in Keras, in turns: time
// and processor time, in ms. npx tsx bench/engines.ts [rounds], after `npx sweepd engine install tfjs`.
import {
  type BuildOptions,
  buildCNN,
  createEngine,
  type Engine,
  prepareTensors,
  type Trainer,
} from '@sweepd/model'
import type { Contender } from './contender.js'
import { PEERS, startPeer } from './python-peer.js'

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

interface Times {
  readonly wall: number[]
  /** Empty if the step runs in another process. */
  readonly processor: number[]
}

/** One step at a time. @returns time and processor time of each, in milliseconds */
async function measure(trainer: Trainer): Promise<Times> {
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

async function measurePeer(peer: Contender): Promise<Times> {
  const wall: number[] = []
  for (let step = 0; step < STEPS; step++) wall.push(await peer.measure(1))
  return { wall, processor: [] }
}

function describe(numbers: readonly number[]): string {
  const sorted = numbers.toSorted((a, b) => a - b)
  return `${sorted[0]?.toFixed(1)} (median ${sorted[sorted.length >> 1]?.toFixed(1)})`
}

const rounds = Number(process.argv[2] ?? 3)
const engines = [await createEngine('cpu'), await createEngine('tfjs')]
const keras = PEERS.find(({ name }) => name === 'Keras')
for (const network of NETWORKS) {
  console.log(JSON.stringify(network))
  const trained = await Promise.all(
    engines.map(async (engine) => ({ name: engine.name, trainer: await createTrainer(engine, network) })),
  )
  const peer = keras && (await startPeer(keras, network))
  const contenders = [
    ...trained.map(({ name, trainer }) => ({ name, run: () => measure(trainer) })),
    ...(peer ? [{ name: peer.name, run: () => measurePeer(peer) }] : []),
  ]
  for (const { run } of contenders) await run()
  const results = contenders.map(({ name }) => ({ name, wall: [] as number[], processor: [] as number[] }))
  for (let round = 0; round < rounds; round++)
    for (const [index, { run }] of contenders.entries()) {
      const { wall, processor } = await run()
      results[index]?.wall.push(...wall)
      results[index]?.processor.push(...processor)
    }
  for (const { name, wall, processor } of results) {
    const shown = processor.length > 0 ? `, processor ${describe(processor)} ms` : ''
    console.log(`  ${name.padEnd(16)} ${describe(wall)} ms${shown}`)
  }
  for (const { trainer } of trained) await trainer.dispose()
  await peer?.close()
}
for (const engine of engines) await engine.dispose()
