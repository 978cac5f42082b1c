import type { TrialConsumer } from '@sweepd/scheduler'
import type { TrainerInfo } from '../training/messages.js'
import type { Slot } from '../training/slot.js'
import { shareOut } from './share-out.js'
import type { SlotReport, SlotSettings, WorkerSlots } from './worker-slots.js'

/** Slots without a device of their own, which share the cores of the machine, or its only GPU. */
export class FixedSlots implements WorkerSlots {
  private readonly slots: readonly Slot[]
  private consumer: TrialConsumer | undefined

  constructor(
    private readonly settings: SlotSettings,
    readonly wanted: number,
  ) {
    this.slots = Array.from({ length: wanted }, () => settings.createSlot())
  }

  /** Starts all processes, and tells what the first of them trains with: they are alike. */
  async warmUp(): Promise<TrainerInfo> {
    const [trainer] = await Promise.all(this.slots.map((slot) => slot.warmUp()))
    if (trainer === undefined) throw new Error('a worker has at least one slot')
    return trainer
  }

  /** Begins to take jobs. */
  async open(): Promise<void> {
    const { work, openConsumer } = this.settings
    this.consumer = await openConsumer(
      this.slots.length,
      shareOut(
        this.slots,
        (slot) => work(slot),
        (slot) => this.noteRetired(slot),
      ),
    )
  }

  describe(): SlotReport {
    const retired = this.slots.filter(({ health }) => health.isRetired)
    const slots = this.slots.length - retired.length
    return {
      slots,
      waitingReason:
        slots > 0 ? null : 'all its slots are retired; start the worker again once the cause is mended',
      slotDetails: retired.map(({ health }) => ({ gpu: null, ...health.describe() })),
    }
  }

  listGpus() {
    return []
  }

  noteRenewal() {}

  async drain(): Promise<void> {
    await this.consumer?.close()
  }

  async close(): Promise<void> {
    await Promise.all(this.slots.map((slot) => slot.close()))
  }

  private noteRetired(slot: Slot): void {
    const { log } = this.settings
    log.error(slot.health.describe(), 'slot retired: it takes no more trials')
    slot.close().catch((err) => log.warn({ err }, 'training process of a retired slot not ended'))
    if (this.slots.every(({ health }) => health.isRetired))
      this.drain().catch((err) => log.warn({ err }, 'queue not closed'))
  }
}
