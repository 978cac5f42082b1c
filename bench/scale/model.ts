// npm run model:scale -- [--gpus N] [--epoch-seconds S] [--epochs N] [--checkpoint-mib M] [--rows N] and every coefficient
// What a fleet asks of its servers, and what of them gives way first. The coefficients come from npm run bench:scale and
// bench:service; docs/scale.md says from which machine. Everything is a rate per second unless its name says otherwise.
import { parseArgs } from 'node:util'

const number = (text: string): number => {
  const value = Number(text)
  if (text.trim() === '' || !(value >= 0)) throw new Error(`"${text}" is not a number of 0 or more`)
  return value
}
const option = (value: string) => ({ type: 'string', default: value }) as const
const { values } = parseArgs({
  options: {
    gpus: option('10000'),
    'epoch-seconds': option('10'),
    epochs: option('20'),
    'checkpoint-mib': option('4'),
    'checkpoint-seconds': option('2'),
    'heartbeat-seconds': option('1'),
    rows: option('1e9'),
    // What one Postgres does; measured.
    'trials-per-second': option('400'),
    'epochs-per-trial-measured': option('5'),
    'beats-per-second': option('3000'),
    'wal-mib-per-second': option('150'),
    'wal-kib-per-epoch': option('1.2'),
    'bytes-per-epoch-row': option('130'),
    'connections-per-worker': option('12'),
    connections: option('500'),
    'jobs-per-second': option('6000'),
  },
})
const of = (name: keyof typeof values): number => number(values[name] ?? '')

const gpus = of('gpus')
const epochsPerSecond = gpus / of('epoch-seconds')
const trialsPerSecond = epochsPerSecond / of('epochs')
// An epoch that is shorter than the interval is stored without a checkpoint.
const checkpoints = gpus / Math.max(of('epoch-seconds'), of('checkpoint-seconds'))
/** A claim, so many reports and an end cost about as much as so many reports and two more. */
const statementsPerTrial = of('epochs-per-trial-measured') + 2
const capacity = of('trials-per-second') * statementsPerTrial

interface Load {
  readonly what: string
  readonly asked: number
  readonly has: number
  readonly unit: string
  readonly remedy: string
}

const loads: Load[] = [
  {
    what: 'connections of workers with a GPU each',
    asked: gpus * of('connections-per-worker'),
    has: of('connections'),
    unit: 'connections',
    remedy: 'a worker with a slot for each of the 8 GPUs of a box, then PgBouncer in transaction mode',
  },
  {
    what: 'write-ahead log of checkpoints and epochs',
    asked: checkpoints * of('checkpoint-mib') + (epochsPerSecond * of('wal-kib-per-epoch')) / 1024,
    has: of('wal-mib-per-second'),
    unit: 'MiB/s',
    remedy: 'checkpoints in object storage, with only their address in Postgres; or fewer of them',
  },
  {
    what: 'heartbeats',
    asked: gpus / of('heartbeat-seconds'),
    has: of('beats-per-second'),
    unit: '1/s',
    remedy: 'HEARTBEAT_MS=5000, and a worker for each box instead of each GPU',
  },
  {
    what: 'reports, claims and ends',
    asked: epochsPerSecond + 2 * trialsPerSecond,
    has: capacity,
    unit: 'statements/s',
    remedy: 'a Postgres for each team: sweeps share nothing; within one, partitions of epoch by sweep',
  },
  {
    what: 'jobs',
    asked: trialsPerSecond,
    has: of('jobs-per-second'),
    unit: '1/s',
    remedy: 'Redis cluster; a job is only an invitation, so queues may be split at will',
  },
]

const most = ({ asked, has }: Load): number => (gpus * has) / asked
const ordered = loads.toSorted((a, b) => most(a) - most(b))
const show = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(2)
console.log(
  `${show(gpus)} GPUs, an epoch in ${values['epoch-seconds']} s, ${values.epochs} epochs a trial, checkpoints of ${values['checkpoint-mib']} MiB`,
)
console.log('What gives way first:')
for (const load of ordered) {
  const share = load.asked / load.has
  console.log(
    `- ${load.what}: ${show(load.asked)} of ${show(load.has)} ${load.unit}; enough for ${show(most(load))} GPUs`,
  )
  if (share > 1) console.log(`  ${share.toFixed(1)} times too much: ${load.remedy}`)
}
const rows = of('rows')
const days = rows / (epochsPerSecond * 86_400)
console.log(
  `${rows.toExponential(0)} epoch rows: ${show((rows * of('bytes-per-epoch-row')) / 2 ** 30)} GiB with their index, after ${show(days)} days`,
)
