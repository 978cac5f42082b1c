export { MemoryQueue, QueueDown } from './memory-queue.js'
export { MemoryStore } from './memory-store.js'
