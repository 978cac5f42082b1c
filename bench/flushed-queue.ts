// npm run bench:flush [-- --backend redis|postgres] [--trials N] [--slots N] [--reconcilers N]
// A queue that loses all its waiting jobs at once: an embedded Postgres, a real Redis (or the queue in Postgres), a sweep
// made by the scheduler's use case, loops of `reconcile` at the interval they ship with, and slots that claim a trial and
// hold it. All slots end their trial as the queue is emptied, telling the store alone, so that only `reconcile` can bring
// them work. Prints the seconds until all slots are busy again (target 5) and until each waiting trial has a job
// (target 30), and exits with 1 if one is missed.
import { cpus, loadavg } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { CleanUp } from '@sweepd/process'
import { openTrialConsumer, openTrialQueue } from '@sweepd/queue'
import { type ClaimedTrial, createSweep, startReconciling, startTrial } from '@sweepd/scheduler'
import { createPostgresStore } from '@sweepd/store'
import { startTestPostgres, startTestRedis, waitUntil } from '@sweepd/testing'
import { askPostgres, askRedis } from '../test/faults/deployment/ask-servers.js'

const { values } = parseArgs({
  options: {
    backend: { type: 'string', default: 'redis' },
    trials: { type: 'string', default: '100000' },
    slots: { type: 'string', default: '4' },
    reconcilers: { type: 'string', default: '3' },
  },
})
const trials = Number(values.trials)
const slots = Number(values.slots)
const BUSY_TARGET_S = 5
const JOBS_TARGET_S = 30
const RECONCILE_INTERVAL_MS = 3000
const LEASE_MS = 3_600_000
const LIMIT_MS = 300_000

/** A promise that others resolve; Promise.withResolvers needs Node 22. */
function createSignal(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {}
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

async function measure(cleanUp: CleanUp): Promise<boolean> {
  const postgres = await startTestPostgres()
  cleanUp.add(() => postgres.stop())
  const redis = values.backend === 'redis' ? await startTestRedis() : undefined
  if (redis !== undefined) cleanUp.add(() => redis.stop())
  const connection = { redisUrl: redis?.url, databaseUrl: postgres.url }
  const openPorts = async () => {
    const store = createPostgresStore({ databaseUrl: postgres.url })
    cleanUp.add(() => store.close())
    const queue = await openTrialQueue(connection)
    cleanUp.add(() => queue.close())
    return { store, queue }
  }
  const ports = await openPorts()
  const held = new Set<ClaimedTrial>()
  let flushed = createSignal()
  const consumer = await openTrialConsumer(connection, { concurrency: slots }, async () => {
    const trial = await startTrial(ports, { workerId: 'bench', leaseMs: LEASE_MS })
    if (trial === undefined) return
    held.add(trial)
    await flushed.promise
    await ports.store.failTrial(trial, { class: 'invalid', message: 'ended by the benchmark' })
    held.delete(trial)
  })
  cleanUp.add(async () => {
    flushed.resolve()
    await consumer.close()
  })
  for (let number = 0; number < Number(values.reconcilers); number++) {
    const log = { info: () => {}, error: (fields: object) => console.error(fields) }
    const loop = startReconciling(await openPorts(), RECONCILE_INTERVAL_MS, log)
    cleanUp.add(() => loop.stop())
  }
  const countMissing = async () =>
    (await ports.store.countClaimableTrials()) - (await ports.queue.countWaitingJobs())
  const isWhole = async () => held.size === slots && (await countMissing()) <= 0

  const definition = {
    name: 'flushed queue',
    dataset: 'synthetic',
    // One parameter may have 10,000 choices.
    space: {
      lr: Array.from({ length: Math.ceil(trials / 10) }, (_, number) => (number + 1) / 1e5),
      dropout: Array.from({ length: 10 }, (_, number) => number / 20),
    },
    fixed: { epochs: 1 },
  }
  await createSweep(ports, definition, { maxTrials: trials })
  await waitUntil('each trial has a job', isWhole, LIMIT_MS)

  const atMs = performance.now()
  if (redis === undefined) await askPostgres(postgres.url, 'TRUNCATE bullmq.job CASCADE')
  else await askRedis(redis.url, 'FLUSHALL')
  const before = [...held]
  flushed.resolve()
  flushed = createSignal()
  const areBusy = () => held.size === slots && before.every((trial) => !held.has(trial))
  await waitUntil('all slots are busy again', areBusy, LIMIT_MS)
  const busyS = (performance.now() - atMs) / 1000
  while ((await countMissing()) > 0) {
    if (performance.now() - atMs > LIMIT_MS) throw new Error(`${await countMissing()} jobs are still missing`)
    await delay(200)
  }
  const jobsS = (performance.now() - atMs) / 1000
  console.log(
    `${trials} waiting trials, queue in ${values.backend}, ${values.reconcilers} reconcilers, ${slots} slots; ` +
      `${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}`,
  )
  console.log(`all slots busy again after ${busyS.toFixed(1)} s (target ${BUSY_TARGET_S})`)
  console.log(`all jobs back after ${jobsS.toFixed(1)} s (target ${JOBS_TARGET_S})`)
  return busyS <= BUSY_TARGET_S && jobsS <= JOBS_TARGET_S
}

const cleanUp = new CleanUp()
try {
  process.exitCode = (await measure(cleanUp)) ? 0 : 1
} finally {
  await cleanUp.run()
}
