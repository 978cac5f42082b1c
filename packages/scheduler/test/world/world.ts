import { DomainError } from '@sweepd/core'
import { type Fence, resumeSweep, type SchedulerPorts } from '../../src/index.js'
import { MemoryQueue, QueueDown } from '../../src/memory/memory-queue.js'
import { LEASE_MS, reconcileTwice } from '../create-memory-ports.js'
import { dyingAfter, ProcessDied } from './dying-ports.js'
import type { Fate, Happening } from './happening.js'
import { obey } from './operators.js'
import { takeSnapshot } from './snapshot.js'
import { WatchedStore } from './watched-store.js'
import { Workers } from './workers.js'

/** How a happening came out: with an answer, refused because things do not allow it, or cut short by a fault. */
export type Outcome =
  | { readonly kind: 'answered'; readonly answer: unknown }
  | { readonly kind: 'refused' }
  | { readonly kind: 'cut short' }

/** A store, a queue, people who give orders, and workers. */
export class World {
  private time = Date.UTC(2026, 0, 1)
  readonly store = new WatchedStore(() => this.time)
  readonly queue: MemoryQueue
  /** What `reconcile` did to the queue that it should not have done. */
  readonly faults: string[] = []
  private readonly ports: { readonly store: WatchedStore; readonly queue: MemoryQueue }
  private readonly workers: Workers
  private mayMissJobs = false
  private isRepaired = false

  /** @param createQueue makes the queue; a mutant of it shows whether the laws can fail. */
  constructor(createQueue = (now: () => number) => new MemoryQueue(now)) {
    this.queue = createQueue(() => this.time)
    this.ports = { store: this.store, queue: this.queue }
    this.workers = new Workers(this.ports)
  }

  async happen(what: Happening): Promise<Outcome> {
    let isDead = false
    const onDeath = () => {
      isDead = true
    }
    const ports = 'diesAfter' in what ? dyingAfter(what.diesAfter, this.ports, onDeath) : this.ports
    const outcome = await this.try(ports, what)
    this.mayMissJobs ||= isDead || this.queue.isDown || what.kind === 'flush'
    this.isRepaired = what.kind === 'reconcile' && outcome.kind === 'answered'
    return isDead ? { kind: 'cut short' } : outcome
  }

  /** The attempt that this happening reports for, if it is a report. */
  fenceOf(what: Happening): Fence | undefined {
    const isReport =
      what.kind === 'epoch' || what.kind === 'finish' || what.kind === 'fail' || what.kind === 'give back'
    return isReport ? this.workers.attempts.at(what.pick)?.trial : undefined
  }

  /** Trials that wait without a job although nothing has happened that may lose one, or `reconcile` has just run. */
  async countForgotten(): Promise<number> {
    if (this.mayMissJobs && !this.isRepaired) return 0
    return Math.max(0, (await this.store.countClaimableTrials()) - this.queue.listReady().length)
  }

  /** Faults end, people let everything go on, and a worker takes jobs until nothing is left to do. */
  async settle(rounds = 60): Promise<void> {
    this.queue.isDown = false
    for (let round = 0; round < rounds; round++) {
      this.time += 100 * LEASE_MS
      for (const { id, state } of (await takeSnapshot(this.store)).sweeps)
        if (state === 'paused') await resumeSweep(this.ports, id)
      await reconcileTwice(this.ports)
      const jobs = this.queue.listReady()
      if (jobs.length === 0) return
      for (let left = jobs.length; left > 0; left--) await this.workers.trainNext()
    }
  }

  private async try(ports: SchedulerPorts, what: Happening): Promise<Outcome> {
    try {
      return { kind: 'answered', answer: await this.perform(ports, what) }
    } catch (error) {
      if (error instanceof DomainError) return { kind: 'refused' }
      if (error instanceof ProcessDied || error instanceof QueueDown) return { kind: 'cut short' }
      throw error
    }
  }

  private async perform(ports: SchedulerPorts, what: Happening): Promise<unknown> {
    switch (what.kind) {
      case 'epoch':
      case 'finish':
      case 'fail':
      case 'give back':
        return this.workers.report(ports, what)
      case 'deliver':
        return this.workers.take(ports, what)
      case 'beat':
        return this.workers.beat(what)
      case 'bad machine':
        return this.workers.spoil(what)
      case 'start':
      case 'stop':
      case 'kill':
        return this.workers.change(what)
      case 'reconcile':
        return this.reconcile(ports)
      case 'flush':
      case 'queue down':
      case 'queue up':
      case 'pass':
        return this.strike(what)
      default:
        return obey(ports, await takeSnapshot(this.store), what)
    }
  }

  /** Looks at the queue itself, not at what it says of itself: no more jobs than before, or than trials can start. */
  private async reconcile(ports: SchedulerPorts): Promise<void> {
    const before = this.queue.listReady().length
    const running = (await this.store.listDetails()).filter(({ state }) => state === 'running').length
    const grownBefore = this.store.grown
    await reconcileTwice(ports)
    const grown = this.store.grown - grownBefore
    const trials = await this.store.listDetails()
    const expired = running - trials.filter(({ state }) => state === 'running').length
    const allowed = Math.max(before + expired + grown, await this.store.countClaimableTrials())
    if (this.queue.listReady().length > allowed) this.faults.push('reconcile queued a job too many')
  }

  private strike(what: Exclude<Fate, { kind: 'reconcile' }>): void {
    if (what.kind === 'flush') this.queue.flush()
    else if (what.kind === 'pass') this.time += what.ms
    else this.queue.isDown = what.kind === 'queue down'
  }
}
