import type { EpochMetrics } from '@sweepd/core'
import {
  type ClaimedTrial,
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
/** The replies to an epoch with which the attempt has ended. */
export const ENDINGS: readonly unknown[] = ['pruned', 'held']

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
    const goesOn = what.isDeaf || (what.kind === 'epoch' && ![...REFUSALS, ...ENDINGS].includes(answer))
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
    for (let epoch = trial.epochsDone + 1; epoch <= epochs; epoch++) {
      const metrics = metricsOf(trial, epoch)
      const { recordEpoch } = this.ports.store
      const answer = await recordEpoch.call(
        this.ports.store,
        trial,
        metrics,
        Uint8Array.of(epoch),
        LEASE_MS,
        trial.pruning,
      )
      if (ENDINGS.includes(answer)) return
    }
    await this.ports.store.completeTrial(trial, SCORE, metricsOf(trial, epochs))
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
        return this.tellEpoch(ports, attempt, what)
      case 'finish':
        return finishTrial(ports, attempt.trial, SCORE, metricsOf(attempt.trial, attempt.epoch))
      case 'fail':
        return failTrial(ports, attempt.trial, { class: what.error, message: 'it broke' }, POLICY)
      case 'give back':
        return releaseTrial(ports, attempt.trial, what.outcome)
    }
  }

  /** A process that dies over its report leaves the worker where it was: the epoch is reported again. */
  private async tellEpoch(
    ports: SchedulerPorts,
    attempt: AttemptAtHand,
    { isAgain, isBare }: Of<'epoch'>,
  ): Promise<unknown> {
    const isOver = attempt.epoch >= attempt.trial.hyperparameters.epochs
    const epoch = isOver || (isAgain && attempt.epoch > 0) ? attempt.epoch : attempt.epoch + 1
    const checkpoint = isBare ? undefined : Uint8Array.of(epoch)
    const answer = await reportEpoch(
      ports,
      attempt.trial,
      metricsOf(attempt.trial, epoch),
      checkpoint,
      LEASE_MS,
    )
    attempt.epoch = epoch
    return answer
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

/** What a trial measures follows from its point: some are better than others from the first epoch on. */
const metricsOf = ({ hyperparameters: { lr, dropout } }: ClaimedTrial, epoch: number): EpochMetrics => ({
  epoch,
  loss: 1 / (epoch + 1),
  acc: 0.5,
  val_loss: 1 / (epoch + 1),
  val_acc: ((1000 * lr + 100 * dropout) % 7) / 10 + 0.01 * (epoch % 3),
  durationMs: 10,
})
