// npm run bench:service [-- --baseline FOLDER] [--rounds N] [--trials N] [--large N] [--redis URL]
// What the service adds to training: the store on an embedded Postgres, trials that do nothing for five epochs. With
// --baseline an older, built checkout takes turns with this one in the same run; Optuna's RDB storage does so on the same
// Postgres where a python3 can import optuna and psycopg2 (BENCH_PYTHON names another Python). The large sweep is created,
// read, cancelled and deleted over HTTP, with requests of others beside it all the time.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { cpus, loadavg, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { startOptuna } from './service/optuna.js'
import { describeSpread, median } from './statistics.js'

const { values } = parseArgs({
  options: {
    baseline: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    trials: { type: 'string', default: '200' },
    large: { type: 'string', default: '100000' },
    redis: { type: 'string' },
  },
})
const [rounds, trials, large] = [values.rounds, values.trials, values.large].map(Number) as [
  number,
  number,
  number,
]
const CHECKPOINT_BYTES = 1_000_000
const TRIALS_WITH_CHECKPOINTS = 20
const EPOCHS = 5

class Side {
  readonly figures = new Map<string, number[]>()

  private constructor(
    readonly name: string,
    private readonly child: ChildProcess,
  ) {}

  static async start(name: string, root: string): Promise<Side> {
    const env = { ...process.env, ...(values.redis !== undefined && { BENCH_REDIS_URL: values.redis }) }
    const child = fork(new URL('./service/side.mjs', import.meta.url), [root], { env })
    await once(child, 'message')
    return new Side(name, child)
  }

  async ask<T>(command: string, options: object = {}): Promise<T> {
    const answering = once(this.child, 'message')
    this.child.send({ command, options })
    const [{ result, error }] = (await answering) as [{ result: T; error?: string }]
    if (error !== undefined) throw new Error(`${this.name}: ${error}`)
    return result
  }

  note(figure: string, value: number): void {
    this.figures.set(figure, [...(this.figures.get(figure) ?? []), value])
  }

  async close(): Promise<void> {
    const exited = once(this.child, 'exit')
    this.child.send({ command: 'close' })
    await exited
  }
}

interface Trials {
  readonly trialMs: number
  readonly perSecond: number
  readonly epochMs: number
}

async function measureTrials(side: Side): Promise<void> {
  const one = await side.ask<Trials>('runTrials', { lanes: 1, trials, checkpointBytes: 0 })
  side.note('epoch report, ms', one.epochMs)
  side.note('trial of 5 epochs, 1 lane, ms', one.trialMs)
  const eight = await side.ask<Trials>('runTrials', { lanes: 8, trials: trials * 2, checkpointBytes: 0 })
  side.note('trials a second, 8 lanes', eight.perSecond)
  const options = { lanes: 1, trials: TRIALS_WITH_CHECKPOINTS, checkpointBytes: CHECKPOINT_BYTES }
  const kept = await side.ask<Trials>('runTrials', options)
  side.note('a checkpoint of 1 MB adds, ms', (kept.trialMs - one.trialMs) / EPOCHS)
}

async function measureLargeSweep(side: Side): Promise<void> {
  const ms = await side.ask<Record<string, number>>('overHttp', { trials: large })
  for (const [name, value] of Object.entries(ms))
    side.note(`${large} trials: ${name.replace(/Ms$/, '')}, ms`, value)
}

const sides = [await Side.start('this', new URL('..', import.meta.url).pathname)]
if (values.baseline !== undefined) sides.unshift(await Side.start('baseline', values.baseline))
const optuna = await startOptuna(await (sides.at(-1) as Side).ask<string>('url'))
console.log(
  `${cpus()[0]?.model.trim()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`,
)
console.log(
  `load ${loadavg()
    .map((load) => load.toFixed(1))
    .join(' ')}; median (lowest to highest) of ${rounds} rounds`,
)
// Connections, caches and prepared statements first.
for (const side of sides) await side.ask('runTrials', { lanes: 8, trials: 80, checkpointBytes: 0 })
await optuna?.measure(20, 8)
const optunaMs: number[] = []
const optunaPerSecond: number[] = []
for (let round = 0; round < rounds; round++) {
  for (const side of sides) await measureTrials(side)
  if (optuna === undefined) continue
  optunaMs.push(await optuna.measure(Math.ceil(trials / 4), 1))
  optunaPerSecond.push(1000 / (await optuna.measure(trials, 8)))
}
for (let round = 0; round < Math.min(rounds, 3); round++)
  for (const side of sides) await measureLargeSweep(side)
for (const side of sides) await side.close()
await optuna?.close()

const figures = [...(sides[0] as Side).figures.keys()]
for (const figure of figures) {
  const columns = sides.map(({ name, figures }) => `${name} ${describeSpread(figures.get(figure) ?? [])}`)
  if (optuna && figure.startsWith('trial of'))
    columns.push(`Optuna ${optuna.version} ${describeSpread(optunaMs)}`)
  if (optuna && figure.startsWith('trials a'))
    columns.push(`Optuna ${optuna.version} ${describeSpread(optunaPerSecond)}`)
  const [before, now] = sides.map(({ figures }) => median(figures.get(figure) ?? []))
  const ratio = before !== undefined && now !== undefined ? `; ratio ${(before / now).toFixed(2)}` : ''
  console.log(`${figure}: ${columns.join(', ')}${ratio}`)
}
console.log(
  `load ${loadavg()
    .map((load) => load.toFixed(1))
    .join(' ')} at the end`,
)
