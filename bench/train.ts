// npm run bench:train [-- --peers] [--rounds N]
// Milliseconds per training step, batch 32, one thread. With --peers PyTorch takes turns with us in the same run, so that
// both see the same machine: these machines change their speed by a factor of two within minutes.
import { availableParallelism, cpus, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { buildCNN, onnxEngine, prepareTensors } from '@sweepd/model'
import { NETWORKS } from './networks.js'
import { type Peer, startPyTorch } from './pytorch-peer.js'

const BATCH = 32
const EPOCH_IMAGES = 50_000
const WARM_UP_STEPS = 5
const STEPS = 20

const { values } = parseArgs({
  options: { peers: { type: 'boolean' }, rounds: { type: 'string', default: '9' } },
})
const rounds = Number(values.rounds)

async function startOurs(network: string): Promise<Peer> {
  const model = buildCNN([28, 28, 1], 10, NETWORKS[network])
  const trainer = await onnxEngine.createTrainer(model, { optimizer: 'adam', batchSize: BATCH })
  const images = Uint8Array.from({ length: BATCH * 784 }, () => Math.random() * 256)
  const labels = Uint8Array.from({ length: BATCH }, () => Math.random() * 10)
  return {
    name: 'sweepd',
    async measure(steps) {
      const startedAt = performance.now()
      for (let step = 0; step < steps; step++)
        await trainer.step(images, labels, 0.001, (mask) => mask.fill(2).fill(0, mask.length / 2))
      return (performance.now() - startedAt) / steps
    },
    async close() {
      await trainer.dispose()
      model.dispose()
    },
  }
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN

async function compare(network: string): Promise<void> {
  const layouts = values.peers ? (['default', 'channels-last'] as const) : []
  const peers = await Promise.all(layouts.map((layout) => startPyTorch(network, layout)))
  const contenders = [await startOurs(network), ...peers.filter((peer) => peer !== undefined)]
  const times = new Map(contenders.map(({ name }) => [name, [] as number[]]))
  for (const contender of contenders) await contender.measure(WARM_UP_STEPS)
  for (let round = 0; round < rounds; round++)
    for (const contender of contenders) times.get(contender.name)?.push(await contender.measure(STEPS))
  const ours = times.get('sweepd') ?? []
  for (const [name, all] of times) {
    const ms = median(all)
    const ratio = median(all.map((time, round) => time / (ours[round] ?? Number.NaN)))
    const figures = [
      `${ms.toFixed(1)} ms/step (${Math.min(...all).toFixed(1)} to ${Math.max(...all).toFixed(1)})`,
      `${((BATCH / ms) * 1000).toFixed(0)} images/s`,
      `${((ms * EPOCH_IMAGES) / BATCH / 1000).toFixed(1)} s per ${EPOCH_IMAGES} images`,
      `${ratio.toFixed(2)} × sweepd's time`,
    ]
    console.log(`${network.padEnd(14)} ${name.padEnd(30)} ${figures.join('   ')}`)
  }
  for (const contender of contenders) await contender.close()
}

await prepareTensors()
console.log(
  `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`,
)
console.log(`batch ${BATCH}, one thread, median of ${rounds} rounds of ${STEPS} steps, contenders in turn`)
for (const network of Object.keys(NETWORKS)) await compare(network)
