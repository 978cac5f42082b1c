import type { EpochMetrics, FailureClass } from '@sweepd/core'
import {
  type ClaimedTrial,
  createSweep,
  type Fence,
  failTrial,
  finishTrial,
  reconcile,
  releaseTrial,
  reportEpoch,
  type SchedulerPorts,
  startTrial,
} from '../src/index.js'
import { MemoryQueue, QueueDown } from '../src/memory/memory-queue.js'
import { MemoryStore } from '../src/memory/memory-store.js'
import { LEASE_MS, SCORE } from './create-memory-ports.js'
import { dyingAfter, ProcessDied } from './dying-ports.js'

const MAX_TRIALS = 100
const POLICY = { maxAttempts: 3, backoffMs: 100 }

/** One thing that happens somewhere; `pick` chooses among the attempts or jobs at hand. */
export type Happening =
  | { readonly kind: 'create' | 'reconcile'; readonly diesAfter: number }
  | { readonly kind: 'flush' | 'queue down' | 'queue up' }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'deliver'; readonly pick: number; readonly twice: boolean; readonly diesAfter: number }
  | { readonly kind: 'epoch'; readonly pick: number; readonly again: boolean }
  | { readonly kind: 'finish' | 'release'; readonly pick: number; readonly diesAfter: number }
  | {
      readonly kind: 'fail'
      readonly pick: number
      readonly error: FailureClass
      readonly diesAfter: number
    }
  | { readonly kind: 'crash'; readonly pick: number }

/** Counts how often each sweep was completed. */
class CountingStore extends MemoryStore {
  readonly completions = new Map<string, number>()

  override async completeSweep(sweepId: string): Promise<boolean> {
    const isDone = await super.completeSweep(sweepId)
    if (isDone) this.completions.set(sweepId, (this.completions.get(sweepId) ?? 0) + 1)
    return isDone
  }
}

interface AttemptAtHand {
  readonly trial: ClaimedTrial
  epoch: number
}

/** A store, a queue, and workers that hold attempts: also attempts that are long over, which they do not know. */
export class World {
  private time = Date.UTC(2026, 0, 1)
  readonly store = new CountingStore(() => this.time)
  readonly queue = new MemoryQueue(() => this.time)
  readonly ports: SchedulerPorts = { store: this.store, queue: this.queue }
  readonly attempts: AttemptAtHand[] = []

  async happen(what: Happening): Promise<void> {
    try {
      await this.perform(what)
    } catch (error) {
      if (!(error instanceof ProcessDied || error instanceof QueueDown)) throw error
    }
  }

  /** The attempt that this happening reports for, if it is a report. */
  fenceOf(what: Happening): Fence | undefined {
    if (what.kind !== 'epoch' && what.kind !== 'finish' && what.kind !== 'fail' && what.kind !== 'release')
      return undefined
    return this.attempts[at(this.attempts, what.pick)]?.trial
  }

  /** The queue works again, and workers take jobs and finish them until nothing is left to do. */
  async settle(rounds = 60): Promise<void> {
    this.queue.isDown = false
    for (let round = 0; round < rounds; round++) {
      this.time += 100 * LEASE_MS
      await reconcile(this.ports)
      const jobs = this.queue.listReady()
      if (jobs.length === 0) return
      for (let left = jobs.length; left > 0; left--) {
        await this.perform({ kind: 'deliver', pick: 0, twice: false, diesAfter: -1 })
        await this.perform({ kind: 'epoch', pick: -1, again: false })
        // The worker dies as soon as the result is stored: `reconcile` has to notice the end of the sweep.
        await this.happen({ kind: 'finish', pick: -1, diesAfter: 1 })
      }
    }
  }

  private perform(what: Happening): Promise<unknown> {
    const ports = 'diesAfter' in what ? dyingAfter(what.diesAfter, this.ports) : this.ports
    switch (what.kind) {
      case 'create':
        return createSweep(ports, { name: 'grid', space: { lr: [0.1, 0.01, 0.001] } }, MAX_TRIALS)
      case 'reconcile':
        return reconcile(ports)
      case 'deliver':
        return this.deliver(ports, what)
      case 'epoch':
        return this.reportNext(what)
      case 'finish':
        return this.report(what.pick, ({ trial, epoch }) =>
          finishTrial(ports, trial, SCORE, metricsOf(epoch)),
        )
      case 'fail': {
        const error = { class: what.error, message: 'it broke' }
        return this.report(what.pick, ({ trial }) => failTrial(ports, trial, error, POLICY))
      }
      case 'release':
        return this.report(what.pick, ({ trial }) => releaseTrial(ports, trial))
      default:
        return this.disturb(what)
    }
  }

  private async disturb(
    what: Extract<Happening, { kind: 'flush' | 'queue down' | 'queue up' | 'pass' | 'crash' }>,
  ) {
    if (what.kind === 'flush') this.queue.flush()
    else if (what.kind === 'pass') this.time += what.ms
    else if (what.kind === 'crash') this.attempts.splice(at(this.attempts, what.pick), 1)
    else this.queue.isDown = what.kind === 'queue down'
  }

  private async deliver(
    ports: SchedulerPorts,
    { pick, twice }: { pick: number; twice: boolean },
  ): Promise<void> {
    const jobs = this.queue.listReady()
    const job = jobs[at(jobs, pick)]
    if (job === undefined) return
    if (!twice) this.queue.remove(job)
    const trial = await startTrial(ports, { workerId: 'worker', leaseMs: LEASE_MS })
    if (trial) this.attempts.push({ trial, epoch: trial.epochsDone })
  }

  private reportNext({ pick, again }: { pick: number; again: boolean }): Promise<unknown> {
    return this.report(pick, (attempt) => {
      if (!again || attempt.epoch === 0) attempt.epoch++
      return reportEpoch(
        this.ports,
        attempt.trial,
        metricsOf(attempt.epoch),
        new Uint8Array([attempt.epoch]),
        LEASE_MS,
      )
    })
  }

  private async report(pick: number, act: (attempt: AttemptAtHand) => Promise<unknown>): Promise<void> {
    const attempt = this.attempts[at(this.attempts, pick)]
    if (attempt) await act(attempt)
  }
}

const at = (items: readonly unknown[], pick: number): number =>
  pick < 0 ? items.length + pick : items.length === 0 ? 0 : pick % items.length

const metricsOf = (epoch: number): EpochMetrics => ({
  epoch,
  loss: 1 / (epoch + 1),
  acc: 0.5,
  val_loss: 1 / (epoch + 1),
  val_acc: 0.5,
  durationMs: 10,
})
