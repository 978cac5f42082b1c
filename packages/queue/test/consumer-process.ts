import { openTrialConsumer, type QueueConnection } from '../src/index.js'
import { QUICK } from './queue-fixture.js'

// A consumer to be killed: takes one job, says which, and never ends it.
const connection = JSON.parse(process.argv[2] ?? '') as QueueConnection
await openTrialConsumer(connection, { concurrency: 1, ...QUICK }, (job) => {
  process.stdout.write(`${JSON.stringify(job)}\n`)
  return new Promise(() => {})
})
