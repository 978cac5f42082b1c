import type { EpochMetrics } from '@sweepd/core'
import {
  failTrial,
  finishTrial,
  releaseTrial,
  reportEpoch,
  type SchedulerPorts,
  startTrial,
} from '../../src/index.js'
import type { MemoryQueue } from '../../src/memory/memory-queue.js'
import { LEASE_MS, SCORE } from '../create-memory-ports.js'
import { type AttemptAtHand, AttemptsAtHand, choose } from './attempts-at-hand.js'
import type { Happening } from './happening.js'

const POLICY = { maxAttempts: 3, backoffMs: 100 }
/** The replies to reports of attempts that are over. */
export const REFUSALS: readonly unknown[] = [false, 'stop', 'stale']

type Of<Kind extends Happening['kind']> = Extract<Happening, { kind: Kind }>
type Ports = SchedulerPorts & { readonly queue: MemoryQueue }

/** Workers that train in no time, and continue attempts that are over until they are told. */
export class Workers {
  readonly attempts = new AttemptsAtHand()
  private readonly draining = new Set<string>()

  constructor(private readonly ports: Ports) {}

  /** One of them takes a job, which may stay in the queue for another as well. */
  async take(ports: SchedulerPorts, { pick, worker, isTwice }: Omit<Of<'deliver'>, 'kind' | 'diesAfter'>) {
    const job = this.draining.has(worker) ? undefined : choose(this.ports.queue.listReady(), pick)
    if (job === undefined) return undefined
    if (!isTwice) this.ports.queue.remove(job)
    const trial = await startTrial(ports, { workerId: worker, leaseMs: LEASE_MS })
    return trial && this.attempts.add(trial, worker)
  }

  /** Says something of an attempt, and forgets it if that ends it or it turns out to be over. */
  async report(ports: SchedulerPorts, what: Of<'epoch' | 'finish' | 'fail' | 'give back'>): Promise<unknown> {
    const attempt = this.attempts.at(what.pick)
    if (attempt === undefined) return undefined
    const answer = await this.tell(ports, attempt, what)
    const goesOn = what.isDeaf || (what.kind === 'epoch' && !REFUSALS.includes(answer))
    if (!goesOn) this.attempts.drop(attempt)
    return answer
  }

  async beat({ worker, isDeaf }: Of<'beat'>): Promise<void> {
    const attempts = this.attempts.listOf(worker).map(({ trial }) => trial)
    const { lost, drain } = await this.ports.store.beat({
      worker: introduce(worker),
      leaseMs: LEASE_MS,
      attempts,
    })
    if (isDeaf) return
    this.attempts.dropLost(lost)
    if (drain) await this.leave(worker)
  }

  async change({ kind, worker }: Of<'start' | 'stop' | 'kill'>): Promise<void> {
    if (kind === 'stop') return this.leave(worker)
    this.attempts.dropAllOf(worker)
    this.draining.delete(worker)
    if (kind === 'start') await this.ports.store.registerWorker(introduce(worker), LEASE_MS)
  }

  /** Whatever it trains diverges. */
  async spoil({ worker, times }: Of<'bad machine'>): Promise<void> {
    for (let time = 0; time < times; time++) {
      const attempt = await this.take(this.ports, { pick: 0, worker, isTwice: false })
      if (attempt === undefined) return
      this.attempts.drop(attempt)
      await failTrial(
        this.ports,
        attempt.trial,
        { class: 'diverged', message: 'the loss is no number' },
        POLICY,
      )
    }
  }

  /**
   * One trains what it gets to the end, and dies as soon as the result is stored: `reconcile` has to notice where it was
   * the last of its sweep.
   */
  async trainNext(): Promise<void> {
    const attempt = await this.take(this.ports, { pick: 0, worker: 'late', isTwice: false })
    if (attempt === undefined) return
    this.attempts.drop(attempt)
    const { trial } = attempt
    const { epochs } = trial.hyperparameters
    for (let epoch = trial.epochsDone + 1; epoch <= epochs; epoch++)
      await reportEpoch(this.ports, trial, metricsOf(epoch), Uint8Array.of(epoch), LEASE_MS)
    await this.ports.store.completeTrial(trial, SCORE, metricsOf(epochs))
  }

  /** It takes no more jobs and gives back what it has. */
  private async leave(worker: string): Promise<void> {
    this.draining.add(worker)
    for (const attempt of this.attempts.listOf(worker)) {
      await releaseTrial(this.ports, attempt.trial)
      this.attempts.drop(attempt)
    }
    await this.ports.store.deregisterWorker(worker)
  }

  private tell(
    ports: SchedulerPorts,
    attempt: AttemptAtHand,
    what: Of<'epoch' | 'finish' | 'fail' | 'give back'>,
  ): Promise<unknown> {
    switch (what.kind) {
      case 'epoch':
        return this.tellEpoch(attempt, what)
      case 'finish':
        return finishTrial(ports, attempt.trial, SCORE, metricsOf(attempt.epoch))
      case 'fail':
        return failTrial(ports, attempt.trial, { class: what.error, message: 'it broke' }, POLICY)
      case 'give back':
        return releaseTrial(ports, attempt.trial, what.outcome)
    }
  }

  private tellEpoch(attempt: AttemptAtHand, { isAgain, isBare }: Of<'epoch'>): Promise<unknown> {
    const isOver = attempt.epoch >= attempt.trial.hyperparameters.epochs
    if (!isOver && (!isAgain || attempt.epoch === 0)) attempt.epoch++
    const checkpoint = isBare ? undefined : Uint8Array.of(attempt.epoch)
    return reportEpoch(this.ports, attempt.trial, metricsOf(attempt.epoch), checkpoint, LEASE_MS)
  }
}

const introduce = (id: string) => ({
  id,
  host: 'box',
  device: 'cpu',
  engine: 'onnx',
  slots: 2,
  version: '0.1.0',
  pid: 1,
})

const metricsOf = (epoch: number): EpochMetrics => ({
  epoch,
  loss: 1 / (epoch + 1),
  acc: 0.5,
  val_loss: 1 / (epoch + 1),
  val_acc: 0.5,
  durationMs: 10,
})
