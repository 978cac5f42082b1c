import type { Worker } from '@sweepd/core'
import type { GpuShare, ProcessTrialJob, TrialConsumer } from '@sweepd/scheduler'
import type { Logger } from 'pino'
import type { GpuLease } from '../gpus/gpu-lease.js'
import type { Slot } from '../training/slot.js'

/** What slots need of their worker. */
export interface SlotSettings {
  createSlot(lease?: GpuLease): Slot
  /** Takes one trial from claim to end, if there is one; gives it back at once when `leaving` aborts. */
  work(slot: Slot, leaving?: AbortSignal): Promise<void>
  openConsumer(concurrency: number, process: ProcessTrialJob): Promise<TrialConsumer>
  readonly log: Logger
}

/** How the slots of a worker are, as its heartbeat says. */
export type SlotReport = Pick<Worker, 'slots' | 'waitingReason' | 'slotDetails'>

/** The slots of a worker: on the CPU all from the start, on GPUs as many as it has leases. */
export interface WorkerSlots {
  /** Slots that it has at most. */
  readonly wanted: number
  describe(): SlotReport
  /** What a heartbeat has to renew. */
  listGpus(): readonly GpuShare[]
  /** A heartbeat was answered, which was sent at this time of the machine and renewed `sent` but for `lost`. */
  noteRenewal(sentAtMs: number, sent: readonly GpuShare[], lost: readonly GpuShare[]): void
  /** Takes no more jobs, and waits for those in hand. */
  drain(): Promise<void>
  /** Ends all processes. */
  close(): Promise<void>
}
