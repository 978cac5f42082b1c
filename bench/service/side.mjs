// One side of `npm run bench:service`: the store of one checkout on an embedded Postgres of its own, told over IPC what to
// measure. Plain JavaScript over the built packages of the folder it is given, so that older checkouts can take part.
import { spawn } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'

const root = path.resolve(process.argv[2])
const packageOf = (name) => import(pathToFileURL(path.join(root, 'packages', name, 'dist', 'index.js')).href)
const [
  { startEmbeddedPostgres, migrateDeploy },
  { createPostgresStore },
  { hashHyperparameters, hyperparametersSchema, parseSweepDefinition },
] = await Promise.all(['embedded', 'store', 'core'].map(packageOf))

const dataDir = mkdtempSync(path.join(tmpdir(), 'sweepd-bench-'))
const postgres = await startEmbeddedPostgres({ dataDir })
await migrateDeploy(postgres.url)
const store = createPostgresStore({ databaseUrl: postgres.url })
const LEASE_MS = 60_000
const EPOCHS = 5

/** A sweep of `count` trials that do nothing for five epochs, stored without the queue. */
async function insertSweep(count) {
  const trials = Array.from({ length: count }, (_, number) => {
    const hyperparameters = hyperparametersSchema.parse({ lr: (number + 1) / 1e7, epochs: EPOCHS })
    const hyperparametersHash = hashHyperparameters(hyperparameters)
    return { id: randomUUID(), number, hyperparameters, hyperparametersHash }
  })
  const definition = parseSweepDefinition({ name: 'bench', space: { lr: [0.1] }, fixed: { epochs: EPOCHS } })
  const sweep = { id: randomUUID(), definition }
  await store.insertSweep(sweep, trials)
  return sweep.id
}

const metricsOf = (epoch) => ({
  epoch,
  loss: 1 / epoch,
  acc: Math.random(),
  val_loss: Math.random(),
  val_acc: Math.random(),
  durationMs: 1,
})
const perClass = Array.from({ length: 10 }, (_, i) => ({
  label: `class ${i}`,
  precision: 0.9,
  recall: 0.9,
  f1: 0.9,
  support: 1000,
}))
const confusionMatrix = perClass.map(() => perClass.map(() => 100))

/** Runs trials on so many lanes until none waits; epochs are timed one by one. */
async function runTrials({ lanes, trials, checkpointBytes }) {
  const sweepId = await insertSweep(trials)
  const checkpoint = checkpointBytes > 0 ? randomBytes(checkpointBytes) : undefined
  const epochMs = []
  const startedAt = performance.now()
  await Promise.all(
    Array.from({ length: lanes }, async (_, lane) => {
      for (;;) {
        const trial = await store.claimTrial({ workerId: `lane-${lane}`, leaseMs: LEASE_MS })
        if (trial === undefined) return
        for (let epoch = 1; epoch <= EPOCHS; epoch++) {
          const begunAt = performance.now()
          await store.recordEpoch(trial, metricsOf(epoch), checkpoint, LEASE_MS)
          epochMs.push(performance.now() - begunAt)
        }
        await store.completeTrial(
          trial,
          { test_loss: 0.3, test_acc: 0.9, confusionMatrix, perClass },
          metricsOf(EPOCHS),
        )
        await store.completeSweep(trial.sweepId)
      }
    }),
  )
  const totalMs = performance.now() - startedAt
  const { trialCounts } = await store.findSweep(sweepId)
  if (trialCounts.completed !== trials)
    throw new Error(`${trialCounts.completed} of ${trials} trials completed`)
  epochMs.sort((a, b) => a - b)
  return {
    trialMs: totalMs / trials,
    perSecond: (trials * 1000) / totalMs,
    epochMs: epochMs[epochMs.length >> 1],
  }
}

async function timed(act) {
  const startedAt = performance.now()
  const result = await act()
  return { ms: performance.now() - startedAt, result }
}

/** The median of so many calls, in milliseconds. */
async function medianOf(count, act) {
  const times = []
  for (let n = 0; n < count; n++) times.push((await timed(act)).ms)
  return times.sort((a, b) => a - b)[count >> 1]
}

async function startApi() {
  const port = 20000 + Math.floor(Math.random() * 20000)
  const env = {
    ...process.env,
    DATABASE_URL: postgres.url,
    // biome-ignore lint/suspicious/noUndeclaredEnvVars: no task of turbo runs this
    REDIS_URL: process.env.BENCH_REDIS_URL ?? '',
    PORT: String(port),
    LOG_LEVEL: 'error',
  }
  if (env.REDIS_URL === '') delete env.REDIS_URL
  const child = spawn(process.execPath, [path.join(root, 'apps', 'api', 'dist', 'server.js')], {
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const url = `http://127.0.0.1:${port}`
  for (let tries = 0; tries < 200; tries++) {
    if (
      await fetch(`${url}/readyz`).then(
        (answer) => answer.ok,
        () => false,
      )
    )
      break
    await delay(50)
  }
  const stop = async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    await ended
  }
  return { url, stop }
}

/** One POST of a grid of `trials` points, beside it requests of others all the time; then reads, cancel and delete. */
async function overHttp({ trials }) {
  const api = await startApi()
  let isOver = false
  let slowestMs = 0
  const others = (async () => {
    while (!isOver) {
      const { ms } = await timed(() => fetch(`${api.url}/sweeps?limit=5`).then((answer) => answer.text()))
      slowestMs = Math.max(slowestMs, ms)
      await delay(20)
    }
  })()
  try {
    const body = {
      name: 'large',
      space: {
        lr: { min: 0.0001, max: 0.01, scale: 'log', steps: trials / 1000 },
        dropout: { min: 0, max: 0.9, steps: 100 },
        batchSize: { min: 8, max: 80, steps: 10 },
      },
      fixed: { epochs: EPOCHS, convLayers: [4], hiddenLayers: [4] },
    }
    const created = await timed(() => post(`${api.url}/sweeps`, body))
    const { id, trialCounts } = created.result
    if (trialCounts?.total !== trials)
      throw new Error(`POST answered ${JSON.stringify(created.result).slice(0, 300)}`)
    isOver = true
    await others
    const read = (route) => () => fetch(`${api.url}${route}`).then((answer) => answer.text())
    const getSweepMs = await medianOf(15, read(`/sweeps/${id}`))
    const leaderboardMs = await medianOf(15, read('/trials?sort=val_acc&limit=50'))
    const leaderboardOfStateMs = await medianOf(15, read('/trials?sort=val_acc&state=queued&limit=50'))
    const cancel = await timed(() => post(`${api.url}/sweeps/${id}/cancel`))
    const remove = await timed(() =>
      fetch(`${api.url}/sweeps/${id}`, { method: 'DELETE' }).then((answer) => answer.status),
    )
    if (cancel.result.state !== 'cancelled' || remove.result !== 204)
      throw new Error('cancel or delete was refused')
    return {
      createMs: created.ms,
      slowestOtherMs: slowestMs,
      getSweepMs,
      leaderboardMs,
      leaderboardOfStateMs,
      cancelMs: cancel.ms,
      deleteMs: remove.ms,
    }
  } finally {
    isOver = true
    await api.stop()
  }
}

async function post(url, body) {
  const init =
    body === undefined
      ? { method: 'POST' }
      : { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  const answer = await fetch(url, init)
  return answer.json()
}

const COMMANDS = {
  runTrials,
  overHttp,
  url: async () => postgres.url,
  close: async () => {
    await store.close()
    await postgres.stop()
    rmSync(dataDir, { recursive: true, force: true })
    process.exit()
  },
}

process.on('message', async ({ command, options }) => {
  try {
    process.send({ result: await COMMANDS[command](options) })
  } catch (error) {
    process.send({ error: error instanceof Error ? error.stack : String(error) })
  }
})
process.send({ result: 'ready' })
