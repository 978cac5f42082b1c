// npm run test:containers: the images and docker-compose.yml on the Docker engine that is there.
//   --short                  only the images of api and worker, and a sweep with a kill and a drain
//   --earlier COMMIT         what the upgrade begins with; default: the commit before the newest migration
//   --restart-engine COMMAND restarts the engine; default: if ../shared/containers has started it, that one
//   --keep                   leaves images and containers
import assert from 'node:assert/strict'
import { parseArgs } from 'node:util'
import { docker, findDockerFault } from './docker.js'
import { findRestart, restartEngine } from './engine.js'
import { buildTarget, checkOutEarlier, imageOf, removeImages } from './images.js'
import { Stack } from './stack.js'
import { RunningSweep } from './sweep.js'
import { drainOne, killOne, staysDown, workersAreAlive } from './workers.js'

const WORKERS = 3

const { values: options } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    earlier: { type: 'string' },
    'restart-engine': { type: 'string' },
  },
})

const tags = { now: `test-${process.pid}`, earlier: `test-${process.pid}-earlier` }
const images: string[] = []

/** Runs one step and reports its time and what it returns. */
async function step(name: string, work: () => Promise<string | undefined>): Promise<void> {
  const startedAt = performance.now()
  const result = await work()
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0)
  console.log(`✔ ${name}${result === undefined ? '' : `: ${result}`} (${seconds} s)`)
}

async function build(targets: readonly string[], tag: string, folder?: string): Promise<void> {
  for (const target of targets)
    await step(`build ${target}`, async () => {
      images.push(imageOf(target, tag))
      return `${await buildTarget(target, tag, folder)} MB above the base image`
    })
}

/** A sweep, in which one worker is killed and one is drained. */
async function disturb(stack: Stack): Promise<string> {
  let drained = ''
  await step(`${WORKERS} workers`, async () => {
    stack.use(tags.now)
    await stack.up('--scale', `worker=${WORKERS}`)
    await workersAreAlive(stack, WORKERS)
    return undefined
  })
  await step('a sweep, a kill and a drain', async () => {
    const sweep = await RunningSweep.start(stack, 'kill and drain')
    await sweep.reaches(1)
    const seconds = await killOne(stack)
    drained = await drainOne(stack)
    const attempts = await sweep.endsWithEachTrialOnce()
    await staysDown(stack, drained)
    return `each trial once, in ${attempts} attempts; the killed worker was back after ${seconds.toFixed(1)} s`
  })
  return drained
}

/** The engine goes down and comes back in the middle of a sweep. */
async function restartInSweep(stack: Stack, drained: string): Promise<void> {
  const restart = findRestart(options['restart-engine'])
  if (restart === undefined) return console.log('- a restart of the engine: skipped, no --restart-engine')
  await step('a sweep over a restart of the engine', async () => {
    const sweep = await RunningSweep.start(stack, 'engine restart')
    await sweep.reaches(1)
    await restartEngine(restart)
    await stack.becomesReady()
    await workersAreAlive(stack, WORKERS - 1)
    const attempts = await sweep.endsWithEachTrialOnce()
    await staysDown(stack, drained)
    return `each trial once, in ${attempts} attempts; only the drained worker stayed down`
  })
}

/** Api and workers are replaced by the next version while a sweep runs. */
async function upgrade(): Promise<void> {
  const earlier = checkOutEarlier(options.earlier)
  const stack = await Stack.create()
  try {
    await build(['api', 'worker'], tags.earlier, earlier.folder)
    await step(`a sweep over an upgrade from ${earlier.commit}`, async () => {
      stack.use(tags.earlier, earlier.folder)
      await stack.up('--scale', `worker=${WORKERS}`)
      await workersAreAlive(stack, WORKERS)
      const sweep = await RunningSweep.start(stack, 'upgrade')
      await sweep.reaches(1)
      stack.use(tags.now)
      await stack.up('--no-deps', 'api')
      await stack.up('--no-deps', '--scale', `worker=${WORKERS}`, 'worker')
      await workersAreAlive(stack, WORKERS)
      const attempts = await sweep.endsWithEachTrialOnce()
      for (const service of ['api', 'worker'])
        for (const { image } of await stack.list(service)) assert.equal(image, imageOf(service, tags.now))
      return `each trial once, in ${attempts} attempts`
    })
  } finally {
    if (!options.keep) await stack.remove()
    earlier.remove()
  }
}

const fault = await findDockerFault()
if (fault !== undefined) {
  console.error(fault)
  process.exit(2)
}
const stack = await Stack.create()
try {
  console.log(`Docker ${await docker(['version', '--format', '{{.Server.Version}}'])}`)
  await build(['api', 'worker'], tags.now)
  const drained = await disturb(stack)
  if (!options.short) {
    await restartInSweep(stack, drained)
    await stack.remove()
    await upgrade()
    await build(['worker-cuda', 'worker-tfjs'], tags.now)
  }
} catch (error) {
  console.error(await stack.compose('logs', '--tail', '40', 'api', 'worker').catch(() => ''))
  console.error(error)
  process.exitCode = 1
} finally {
  if (!options.keep) {
    await stack.remove().catch((error) => console.error(error))
    await removeImages(images)
  }
}
