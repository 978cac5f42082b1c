import type { Gpu } from '@sweepd/model'
import {
  type GpuShare,
  type Repetition,
  repeatUntilStopped,
  type SweepStore,
  type TrialConsumer,
} from '@sweepd/scheduler'
import { GpuLease, isSameShare, machineTimeMs } from '../gpus/gpu-lease.js'
import { stopWith } from '../training/child-attempt.js'
import type { Slot } from '../training/slot.js'
import { shareOut } from './share-out.js'
import type { SlotReport, SlotSettings, WorkerSlots } from './worker-slots.js'

/** Wait after a process of a slot has failed, before the next one is started. */
const RESTART_MS = 500

export interface GpuSlotSettings extends SlotSettings {
  readonly store: Pick<SweepStore, 'leaseGpus' | 'releaseGpu'>
  readonly workerId: string
  readonly gpus: readonly Gpu[]
  readonly sharesPerGpu: number
  readonly leaseMs: number
  /** How often it asks for GPUs while it has fewer than it wants. */
  readonly intervalMs: number
}

/** A slot on a GPU, from its lease on. */
interface Lane {
  readonly lease: GpuLease
  readonly slot: Slot
  /** Aborted: its trial goes back at once. */
  readonly ending: AbortController
  consumer?: TrialConsumer
}

/**
 * Slots that have a GPU, or a share of one, each by a lease in the store: all workers of a machine see all of its GPUs.
 * Each slot takes jobs by a consumer of its own, so that a worker without a GPU keeps no job from others.
 */
export class GpuSlots implements WorkerSlots {
  readonly wanted: number
  private lanes: readonly Lane[] = []
  /** Slots that were retired; this worker leaves their GPUs to others. */
  private retired: readonly Lane[] = []
  /** Slots that end: their processes may still use their GPUs. */
  private leaving: readonly Lane[] = []
  private waitingReason: string | null = null
  private readonly endings = new Set<Promise<void>>()
  private seeking: Repetition | undefined
  private isDraining = false

  constructor(
    private readonly settings: GpuSlotSettings,
    wanted: number,
  ) {
    const most = settings.gpus.length * settings.sharesPerGpu
    this.wanted = Math.min(wanted, most)
    if (wanted > most)
      settings.log.warn(
        { slots: wanted, gpus: settings.gpus.length, sharesPerGpu: settings.sharesPerGpu },
        'WORKER_SLOTS asks for more slots than the GPUs have room for; lower WORKER_SLOTS, or raise SLOTS_PER_GPU',
      )
  }

  /** Begins to look for free GPUs, and to take jobs for each one that it gets. */
  open(): void {
    this.seeking = repeatUntilStopped(() => this.seek(), this.settings.intervalMs)
  }

  describe(): SlotReport {
    const show = ({ lease, slot }: Lane) => ({ gpu: lease.share.gpu, ...slot.health.describe() })
    const slots = this.lanes.filter(({ consumer }) => consumer !== undefined).length
    const reason = this.lanes.length === 0 ? this.waitingReason : 'its GPUs are being tested'
    return {
      slots,
      waitingReason: slots === 0 ? reason : null,
      slotDetails: [...this.lanes, ...this.retired].map(show),
    }
  }

  listGpus(): readonly GpuShare[] {
    return this.lanes.map(({ lease }) => lease.share)
  }

  noteRenewal(sentAtMs: number, sent: readonly GpuShare[], lost: readonly GpuShare[]): void {
    for (const lane of this.lanes) {
      const isIn = (shares: readonly GpuShare[]) =>
        shares.some((share) => isSameShare(share, lane.lease.share))
      if (isIn(lost)) this.end(lane, 'another worker has its GPU now')
      else if (isIn(sent)) lane.lease.renew(sentAtMs)
    }
  }

  async drain(): Promise<void> {
    this.isDraining = true
    await this.seeking?.stop()
    await Promise.all(this.lanes.map(({ consumer }) => consumer?.close()))
    await Promise.all(this.endings)
  }

  async close(): Promise<void> {
    for (const lane of this.lanes) this.end(lane, 'this worker ends')
    await Promise.all(this.endings)
  }

  private async seek(): Promise<void> {
    for (const lane of this.lanes)
      if (!lane.lease.isValid) this.end(lane, 'its lease could not be renewed: the database did not respond')
    const limit = this.wanted - this.lanes.length
    if (limit <= 0 || this.isDraining) return
    const { store, log, workerId, leaseMs, sharesPerGpu } = this.settings
    const gpus = this.listUsable()
    const askedAtMs = machineTimeMs()
    try {
      const held = [...this.lanes, ...this.leaving].map(({ lease }) => lease.share)
      const request = { workerId, leaseMs, gpus, sharesPerGpu, limit, held }
      const shares = gpus.length === 0 ? [] : await store.leaseGpus(request)
      for (const share of shares) this.start(new GpuLease(share, leaseMs, askedAtMs))
      if (shares.length === limit) this.waitingReason = null
      else this.wait(gpus.length)
    } catch (err) {
      // The heartbeat says that the store is away.
      log.debug({ err }, 'GPUs not asked for')
    }
  }

  private listUsable(): string[] {
    const isGivenUp = (uuid: string) => this.retired.some(({ lease }) => lease.share.gpu === uuid)
    return this.settings.gpus.map(({ uuid }) => uuid).filter((uuid) => !isGivenUp(uuid))
  }

  /** Said once for each reason. */
  private wait(usable: number): void {
    const { gpus, sharesPerGpu, log } = this.settings
    const shares = sharesPerGpu === 1 ? '' : `, ${sharesPerGpu} slots on each,`
    const reason =
      usable === 0
        ? 'its slots on all GPUs that it sees are retired'
        : usable < gpus.length
          ? `its slots on ${gpus.length - usable} of ${gpus.length} GPUs are retired, and other workers have the others`
          : `other workers have ${gpus.length === 1 ? 'the only GPU' : `all ${gpus.length} GPUs`}${shares} that it sees`
    if (reason === this.waitingReason) return
    this.waitingReason = reason
    log.info(
      { reason, has: this.lanes.length, wants: this.wanted },
      'waiting for a free GPU; a worker that leaves or is silent for a lease frees its own',
    )
  }

  private start(lease: GpuLease): void {
    const { createSlot, log } = this.settings
    const lane: Lane = { lease, slot: createSlot(lease), ending: new AbortController() }
    this.lanes = [...this.lanes, lane]
    log.info(lease.share, 'GPU leased')
    this.bringUp(lane).catch((err) => {
      log.warn({ err, ...lease.share }, 'slot not opened')
      this.end(lane, 'it could not be opened')
    })
  }

  /** Starts the slot's process, which tests itself, until it is fit or has failed too often; then takes jobs. */
  private async bringUp(lane: Lane): Promise<void> {
    const { openConsumer, work, log } = this.settings
    const { slot, ending, lease } = lane
    for (;;) {
      try {
        await slot.warmUp()
        break
      } catch (err) {
        if (ending.signal.aborted || this.isDraining || !lease.isValid) return
        if (slot.health.isRetired) return this.retire(lane)
        log.warn({ err, ...lease.share }, 'slot not fit for trials; trying again')
        await new Promise((resolve) => setTimeout(resolve, RESTART_MS))
      }
    }
    log.info({ ...lease.share, verdict: slot.health.describe().detail }, 'slot ready')
    const process = shareOut(
      [slot],
      () => work(slot, ending.signal),
      () => this.retire(lane),
    )
    const consumer = await openConsumer(1, process)
    if (ending.signal.aborted || this.isDraining) await consumer.close()
    else lane.consumer = consumer
  }

  private retire(lane: Lane): void {
    this.settings.log.error(
      { ...lane.lease.share, ...lane.slot.health.describe() },
      'slot retired: its GPU is left to other workers',
    )
    this.retired = [...this.retired, lane]
    this.end(lane, 'it is retired')
  }

  /** Ends a slot, its process first, and frees its GPU. */
  private end(lane: Lane, reason: string): void {
    if (!this.lanes.includes(lane)) return
    const { store, workerId, log } = this.settings
    const { lease, slot, ending } = lane
    this.lanes = this.lanes.filter((other) => other !== lane)
    log.info({ ...lease.share, reason }, 'slot ends; its GPU is given back')
    const finish = async () => {
      stopWith(ending, 'leaving')
      await slot.close()
      const free = store
        .releaseGpu(workerId, lease.share)
        .catch((err) => log.warn({ err, ...lease.share }, 'GPU not freed; its lease runs out'))
      await Promise.all([free, lane.consumer?.close()])
    }
    const finished = finish()
      .catch((err) => log.warn({ err, ...lease.share }, 'slot not ended in order'))
      .finally(() => {
        this.endings.delete(finished)
        this.leaving = this.leaving.filter((other) => other !== lane)
      })
    this.leaving = [...this.leaving, lane]
    this.endings.add(finished)
  }
}
