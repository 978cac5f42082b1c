import type { Fence, TrialJob, TrialQueue } from '@sweepd/scheduler'
import { Queue } from 'bullmq'
import { QUEUE_NAME, QUEUE_PREFIX, type QueueConnection, type QueueOptions } from './queue-connection.js'
import { asking, withoutArguments, withoutRepetition } from './queue-error.js'
import { openQueueLink, type QueueLink } from './queue-link.js'
import { type TrialMessage, toJobId, toMessage } from './trial-message.js'

/** Jobs sent at once: some ten milliseconds of the server's time. */
const CHUNK = 500

/** BullMQ's log of events, which nothing here reads. */
const MAX_EVENTS_KEPT = 100

const MAX_TRIES = 5

/**
 * The producer's end of the queue. While the server is away, its methods throw QueueError within seconds, and work
 * again when it is back. Throws QueueError if the server cannot be reached at the start or is unsuitable.
 */
export async function openTrialQueue(
  connection: QueueConnection,
  options: QueueOptions = {},
): Promise<TrialQueue> {
  const onError = withoutRepetition(withoutArguments(options.onError ?? (() => {})))
  const link = await openQueueLink(connection, 'producer', onError)
  const queue = createQueue(link, onError)
  let closed: Promise<void> | undefined
  const close = () => {
    closed ??= queue.close().finally(() => link.close())
    return closed
  }
  await asking(link.server, 'open the queue', () => queue.waitUntilReady()).catch(async (error) => {
    await close()
    throw error
  })
  return {
    enqueue: (jobs) => asking(link.server, `queue ${jobs.length} jobs`, () => addJobs(queue, link, jobs)),
    countWaitingJobs: () => asking(link.server, 'count the waiting jobs', () => countReady(queue)),
    listMissing: (jobs) => asking(link.server, `look up ${jobs.length} jobs`, () => listMissing(link, jobs)),
    ping: () => link.ping(),
    close,
  }
}

type BullQueue = ReturnType<typeof createQueue>

function createQueue({ backend, server }: QueueLink, onError: (error: Error) => void) {
  const queue = new Queue(
    QUEUE_NAME,
    { connection: server, prefix: QUEUE_PREFIX, streams: { events: { maxLen: MAX_EVENTS_KEPT } } },
    backend,
  )
  queue.on('error', onError)
  return queue
}

/** Delayed jobs that are due count: BullMQ moves them only when a worker asks for one. */
async function countReady(queue: BullQueue): Promise<number> {
  const [waiting, due] = await Promise.all([
    queue.getJobCountByTypes('waiting', 'prioritized'),
    queue.getDelayedCount(Date.now()),
  ])
  return waiting + due
}

async function listMissing<T extends Fence>(link: QueueLink, jobs: readonly T[]): Promise<T[]> {
  const held = new Set(await link.listHeld(jobs.map(toJobId)))
  return jobs.filter((job) => !held.has(toJobId(job)))
}

async function addJobs(queue: BullQueue, link: QueueLink, jobs: readonly TrialJob[]): Promise<void> {
  for (let start = 0; start < jobs.length; start += CHUNK) {
    await addChunk(queue, link, jobs.slice(start, start + CHUNK).map(toMessage))
  }
}

/**
 * On Postgres, two producers that add the same jobs in different order at once deadlock, and one of them is told after
 * a second. It tries again in order of id: whoever had to do so cannot deadlock with another one that had to.
 */
async function addChunk(queue: BullQueue, link: QueueLink, messages: TrialMessage[]): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await queue.addBulk(attempt === 1 ? messages : messages.toSorted(byJobId))
      return
    } catch (error) {
      if (attempt === MAX_TRIES || !link.isTransient(error)) throw error
    }
  }
}

function byJobId({ opts: { jobId: a } }: TrialMessage, { opts: { jobId: b } }: TrialMessage): number {
  return a < b ? -1 : a > b ? 1 : 0
}
