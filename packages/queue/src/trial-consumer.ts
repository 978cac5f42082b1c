import { setTimeout as delay } from 'node:timers/promises'
import type { ProcessTrialJob, TrialConsumer } from '@sweepd/scheduler'
import { type IQueueBackend, type Job, Worker } from 'bullmq'
import { JobsInHand } from './jobs-in-hand.js'
import { QUEUE_NAME, QUEUE_PREFIX, type QueueConnection, type QueueOptions } from './queue-connection.js'
import { asking, withoutArguments, withoutRepetition } from './queue-error.js'
import { openQueueLink, type QueueLink } from './queue-link.js'
import { parseMessage } from './trial-message.js'

/** A job may be found stalled as often as its consumers die: it is never given up for that. */
const MAX_STALLED_COUNT = 1_000_000

/** Wait before asking a server again that refused, in milliseconds. */
const RETRY_MS = 500

/** How long `close` waits, after the last job, for the server to note its end. */
const CLOSE_GRACE_MS = 3_000

/** How a consumer takes jobs. */
export interface TrialConsumerOptions extends QueueOptions {
  /** Jobs processed at a time, at least 1. */
  readonly concurrency: number
  /** A job whose consumer has been silent for this long is delivered to another one. Default 30,000 ms. */
  readonly lockDurationMs?: number | undefined
  /** How often silent consumers are looked for; a job is delivered again at the second look. Default 30,000 ms. */
  readonly stalledIntervalMs?: number | undefined
}

/**
 * The consumer's end of the queue: hands jobs to `process`, first come first served. A job is delivered at least once:
 * again if its consumer dies. Survives the loss of its server. Throws QueueError if the server cannot be reached
 * at the start or is unfit.
 */
export async function openTrialConsumer(
  connection: QueueConnection,
  options: TrialConsumerOptions,
  process: ProcessTrialJob,
): Promise<TrialConsumer> {
  const onError = withoutRepetition(withoutArguments(options.onError ?? (() => {})))
  const link = await openQueueLink(connection, 'consumer', onError)
  const jobs = new JobsInHand()
  const worker = new TrialWorker(link, options, (job) =>
    jobs.process(job.id ?? '', async () => process(parseMessage(job.data))),
  )
  worker.on('error', onError)
  worker.on('failed', (job, error) => onError(describeFailure(job, error)))
  let closed: Promise<void> | undefined
  const close = () => {
    closed ??= closeWorker(worker, jobs, link)
    return closed
  }
  await asking(link.server, 'open the queue', () => worker.waitUntilReady()).catch(async (error) => {
    await close()
    throw error
  })
  return { close }
}

class TrialWorker extends Worker<unknown, void, string, IQueueBackend> {
  constructor(
    link: QueueLink,
    options: TrialConsumerOptions,
    processor: (job: Job<unknown>) => Promise<void>,
  ) {
    const settings = {
      connection: link.server,
      prefix: QUEUE_PREFIX,
      concurrency: options.concurrency,
      lockDuration: options.lockDurationMs ?? 30_000,
      stalledInterval: options.stalledIntervalMs ?? 30_000,
      maxStalledCount: MAX_STALLED_COUNT,
      runRetryDelay: RETRY_MS,
    }
    super(QUEUE_NAME, processor, settings, link.backend)
  }

  /** BullMQ asks again at once unless the connection was refused: some hundred times a second while Postgres starts. */
  protected override async moveToActive(token: string, name?: string) {
    try {
      return await super.moveToActive(token, name)
    } catch (error) {
      await this.delay(RETRY_MS)
      throw error
    }
  }

  /** Stops the timers that `close` stops only once the server has answered. */
  async stopTimers(): Promise<void> {
    await this.pause(true)
    await this.lockManager.close()
  }
}

function describeFailure(job: Job<unknown> | undefined, error: Error): Error {
  return new Error(`Job ${job?.id} failed and is dropped: ${error.message}`, { cause: error })
}

async function closeWorker(worker: TrialWorker, jobs: JobsInHand, link: QueueLink): Promise<void> {
  await Promise.race([worker.close(), graceAfterLastJob(jobs)])
  await worker.stopTimers()
  await link.close()
}

/** BullMQ waits for ever for a Redis that is away. */
async function graceAfterLastJob(jobs: JobsInHand): Promise<void> {
  do {
    await jobs.ended()
    await delay(CLOSE_GRACE_MS, undefined, { ref: false })
  } while (!jobs.isEmpty)
}
