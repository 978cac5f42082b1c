import type { ChildProcess } from 'node:child_process'
import { connect } from 'node:net'
import { cancelSweep } from '@sweepd/scheduler'
import { findRedisFault, startTestPostgres, startTestRedis, waitUntil } from '@sweepd/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { listTrainedEpochs, WAIT_MS, WorkerWorld } from './worker-world.js'

const EPOCHS = 30
const ALL_EPOCHS = Array.from({ length: EPOCHS }, (_, index) => index + 1)

/** Waits until a worker has logged this; `output` is what it has written so far. */
const waitForLog = (output: () => string, text: string) =>
  waitUntil(`the worker says "${text}"`, () => output().includes(text), WAIT_MS)

function capture(worker: ChildProcess): () => string {
  let output = ''
  worker.stdout?.on('data', (chunk) => {
    output += chunk
  })
  return () => output
}

describe('a worker whose Postgres is gone for longer than its lease', { timeout: 300_000 }, () => {
  it('keeps what it trained, and goes on when it is back', async () => {
    const postgres = await startTestPostgres()
    onTestFinished(() => postgres.stop())
    const world = await WorkerWorld.open(postgres.url)
    onTestFinished(() => world.close())
    const worker = await world.startWorker({ LOG_LEVEL: 'info' })
    const output = capture(worker)
    const sweep = await world.createTrial({ epochs: EPOCHS })
    await world.waitForEpoch(sweep, 2)
    await postgres.kill()
    await waitForLog(output, 'heartbeat failed')
    await waitForLog(output, 'store not reached')
    await postgres.restart()
    await waitForLog(output, 'trial completed')
    const trial = await world.getTrial(sweep)
    expect(trial.state).toBe('completed')
    expect(listTrainedEpochs(trial)).toEqual(ALL_EPOCHS)
    expect(worker.exitCode).toBeNull()
  })
})

const redisFault = await findRedisFault()

describe.skipIf(redisFault !== undefined)('a worker whose Redis', { timeout: 300_000 }, () => {
  async function openWithRedis() {
    const [postgres, redis] = [await startTestPostgres(), await startTestRedis()]
    onTestFinished(() => Promise.all([postgres.stop(), redis.stop()]).then(() => {}))
    const world = await WorkerWorld.open(postgres.url, redis.url)
    onTestFinished(() => world.close())
    return { redis, world, worker: await world.startWorker() }
  }

  it('is restarted, or flushed empty, continues its trial and finds the next one', async () => {
    const { redis, world, worker } = await openWithRedis()
    const [first, second] = [
      await world.createTrial({ epochs: EPOCHS }),
      await world.createTrial({ epochs: 1 }),
    ]
    await world.waitForEpoch(first, 1)
    await redis.kill()
    await world.waitForEpoch(first, 3)
    await redis.restart()
    await flush(redis.url)
    for (const sweep of [first, second]) {
      await world.waitForState(sweep, 'completed')
      expect((await world.getTrial(sweep)).attempts).toBe(1)
    }
    expect(worker.exitCode).toBeNull()
  })

  it('is away can still be told to cancel its trial, and to end', async () => {
    const { redis, world, worker } = await openWithRedis()
    const sweep = await world.createTrial({ epochs: 10_000 })
    await world.waitForEpoch(sweep, 1)
    await redis.kill()
    await cancelSweep(world.ports, sweep.id)
    expect((await world.getTrial(sweep)).attemptHistory).toMatchObject([{ outcome: 'cancelled' }])
    worker.kill('SIGTERM')
    await waitUntil('the worker has ended', () => worker.exitCode === 0, WAIT_MS)
  })
})

function flush(url: string): Promise<void> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write('FLUSHALL\r\n'))
    socket.once('data', () => {
      socket.destroy()
      resolve()
    })
    socket.once('error', reject)
  })
}
