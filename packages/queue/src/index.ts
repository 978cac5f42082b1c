export type { QueueConnection, QueueOptions } from './queue-connection.js'
export { QueueError } from './queue-error.js'
export { openTrialConsumer, type TrialConsumerOptions } from './trial-consumer.js'
export { openTrialQueue } from './trial-queue.js'
