import type { ProcessTrialJob, TrialConsumer, TrialQueue } from '@sweepd/scheduler'
import {
  openTrialConsumer,
  openTrialQueue,
  type QueueConnection,
  type TrialConsumerOptions,
} from '../src/index.js'
import { QUICK } from './queue-fixture.js'

/** Opens producers and consumers, and closes them all at the end of a test. */
export class OpenEnds {
  readonly #closers: (() => Promise<void>)[] = []
  readonly errors: Error[] = []

  constructor(readonly connection: QueueConnection) {}

  async queue(): Promise<TrialQueue> {
    const queue = await openTrialQueue(this.connection, { onError: (error) => this.errors.push(error) })
    this.#closers.push(() => queue.close())
    return queue
  }

  async consumer(
    process: ProcessTrialJob,
    options: Partial<TrialConsumerOptions> = {},
  ): Promise<TrialConsumer> {
    const all = { concurrency: 1, onError: (error: Error) => this.errors.push(error), ...QUICK, ...options }
    const consumer = await openTrialConsumer(this.connection, all, process)
    this.#closers.push(() => consumer.close())
    return consumer
  }

  async close(): Promise<void> {
    await Promise.all(this.#closers.map((close) => close()))
  }
}
