// A worker of the benchmark, as a process of its own: real claims and reports over a real queue, and training that ends at
// once. Tells its parent once a second what it did.
import { openTrialConsumer, openTrialQueue } from '@sweepd/queue'
import { type ClaimedTrial, finishTrial, reportEpoch, startReconciling, startTrial } from '@sweepd/scheduler'
import { createPostgresStore } from '@sweepd/store'
import type { WorkerReport } from './stub-workers.js'

const [databaseUrl = '', redisUrl, lanes = '4', name = 'stub'] = process.argv.slice(2)
const LEASE_MS = 60_000
const connection = { databaseUrl, redisUrl }
const store = createPostgresStore({ databaseUrl })
const ports = { store, queue: await openTrialQueue(connection) }
const worker = {
  id: name,
  host: 'bench',
  device: 'none',
  engine: 'stub',
  slots: Number(lanes),
  version: '0',
  pid: process.pid,
}
let report = emptyReport()

const perClass = Array.from({ length: 10 }, (_, index) => {
  return { label: `class ${index}`, precision: 0.9, recall: 0.9, f1: 0.9, support: 1000 }
})
const confusionMatrix = perClass.map(() => perClass.map(() => 100))

await store.registerWorker(worker, LEASE_MS)
const consumer = await openTrialConsumer(connection, { concurrency: Number(lanes) }, async () => {
  const trial = await startTrial(ports, { workerId: name, leaseMs: LEASE_MS })
  if (trial !== undefined) await train(trial)
})
const beats = setInterval(() => store.beat({ worker, leaseMs: LEASE_MS, attempts: [] }).catch(() => {}), 1000)
const reconciling = startReconciling(ports, 3000, { info: () => {}, error: () => {} })
const telling = setInterval(tell, 1000)

async function train(trial: ClaimedTrial): Promise<void> {
  const { epochs } = trial.hyperparameters
  const metricsOf = (epoch: number) => {
    const val_acc = Math.random()
    return { epoch, loss: 1 / epoch, acc: val_acc, val_loss: 1 - val_acc, val_acc, durationMs: 1 }
  }
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const startedAt = performance.now()
    await reportEpoch(ports, trial, metricsOf(epoch), undefined, LEASE_MS)
    report.epochMs.push(performance.now() - startedAt)
  }
  const score = { test_loss: 0.3, test_acc: 0.9, confusionMatrix, perClass }
  if (await finishTrial(ports, trial, score, metricsOf(epochs))) report.trials += 1
}

function emptyReport(): { trials: number; epochMs: number[]; rssMib: number } {
  return { trials: 0, epochMs: [], rssMib: 0 }
}

function tell(): void {
  const rssMib = process.memoryUsage().rss / 2 ** 20
  if (process.connected) process.send?.({ ...report, rssMib } satisfies WorkerReport)
  report = emptyReport()
}

process.once('message', async () => {
  await consumer.close()
  await reconciling.stop()
  clearInterval(beats)
  clearInterval(telling)
  tell()
  await ports.queue.close()
  await store.close()
  process.disconnect()
})
process.once('disconnect', () => process.exit(0))
process.send?.({ trials: 0, epochMs: [], rssMib: 0 } satisfies WorkerReport)
