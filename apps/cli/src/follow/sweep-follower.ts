import type { SweepClient } from '@sweepd/client'
import { isEnded, type Sweep, TRIAL_STATES, type Trial, type TrialDetail } from '@sweepd/core'
import { asCommand } from '../render/as-command.js'
import type { TrialEvent } from '../render/event-line.js'
import { listAllTrials } from './list-all-trials.js'

/** What following a sweep needs of the API. */
export type SweepReader = Pick<SweepClient, 'getSweep' | 'listTrials' | 'getTrial'>

/** What one look at a sweep found. */
export interface SweepUpdate {
  readonly sweep: Sweep
  /** With every epoch so far, in order of their numbers. */
  readonly running: readonly TrialDetail[]
  /** What happened since the last look, in order within each trial. */
  readonly events: readonly TrialEvent[]
  /** Why nothing is running, in a sentence; undefined while something is, or is about to. */
  readonly standstill: string | undefined
}

/** How much of a trial has been told. */
interface Told {
  readonly detail: TrialDetail
  readonly isEnded: boolean
}

/**
 * Tells what happens to the trials of a sweep, each thing once, by looking again and again. Reads only what may have
 * changed: running trials whose count of epochs differs, and those that ended.
 */
export class SweepFollower {
  private readonly told = new Map<string, Told>()
  /** Looks in a row that found nothing running: between two trials there is one now and then. */
  private idleLooks = 0

  constructor(
    private readonly api: SweepReader,
    private readonly sweepId: string,
    private readonly signal: AbortSignal,
  ) {}

  /** Takes what has ended already as told. */
  async skipEnded(): Promise<void> {
    for (const trial of await this.listAll())
      if (isEnded(trial.state)) this.told.set(trial.id, { detail: withoutHistory(trial), isEnded: true })
  }

  /** Looks once. Throws what the client throws; then nothing counts as told that this look found. */
  async look(): Promise<SweepUpdate> {
    const running = await listAllTrials(this.api, { sweepId: this.sweepId, state: 'running' }, this.signal)
    const sweep = await this.api.getSweep(this.sweepId, { signal: this.signal })
    const current = await Promise.all(running.map((trial) => this.readDetail(trial)))
    const gone = await this.readGone(new Set(running.map(({ id }) => id)))
    const found = [...current, ...gone].sort(byNumber)
    const events = found.flatMap((detail) => this.listNews(detail))
    for (const detail of found) this.tell(detail)
    if (this.countEnded() !== countEnded(sweep)) events.push(...(await this.catchUp()))
    const stillRunning = current.filter(({ state }) => state === 'running').toSorted(byNumber)
    this.idleLooks = stillRunning.length > 0 ? 0 : this.idleLooks + 1
    return { sweep, running: stillRunning, events, standstill: await this.explainStandstill(sweep) }
  }

  private async explainStandstill({ state, pauseReason }: Sweep): Promise<string | undefined> {
    if (state === 'paused')
      return `paused: ${pauseReason ?? 'on request'}; ${asCommand({ name: 'resume', sweepId: this.sweepId })} resumes it`
    if (state !== 'running' || this.idleLooks < 2) return undefined
    const query = { sweepId: this.sweepId, state: 'queued', limit: 1 } as const
    const [first] = (await this.api.listTrials(query, { signal: this.signal })).items
    if (first === undefined) return undefined
    const { number, waitingReason } = await this.api.getTrial(first.id, { signal: this.signal })
    return waitingReason === null ? undefined : `trial ${number} waits: ${waitingReason}`
  }

  private async readDetail(trial: Trial): Promise<TrialDetail> {
    const known = this.told.get(trial.id)?.detail
    const isSame = known?.attempts === trial.attempts && known.history.length === trial.epochsDone
    return isSame ? { ...known, ...trial } : this.api.getTrial(trial.id, { signal: this.signal })
  }

  /** Trials that ran at the last look and do not now. */
  private readGone(running: ReadonlySet<string>): Promise<TrialDetail[]> {
    const gone = [...this.told].filter(
      ([id, { detail, isEnded }]) => !isEnded && detail.state === 'running' && !running.has(id),
    )
    return Promise.all(gone.map(([id]) => this.api.getTrial(id, { signal: this.signal })))
  }

  /** Trials that ended between two looks, or wait again after they had failed: rare, so all are read. */
  private async catchUp(): Promise<TrialEvent[]> {
    const ended = (await this.listAll()).filter(({ state }) => isEnded(state))
    const missed = ended.filter(({ id }) => !this.told.get(id)?.isEnded)
    const details = await Promise.all(missed.map(({ id }) => this.api.getTrial(id, { signal: this.signal })))
    const events = details.flatMap((detail) => this.listNews(detail))
    const isStillEnded = new Set(ended.map(({ id }) => id))
    for (const [id, told] of this.told) if (told.isEnded && !isStillEnded.has(id)) this.told.delete(id)
    for (const detail of details) this.tell(detail)
    return events
  }

  private listNews(detail: TrialDetail): TrialEvent[] {
    if (detail.state === 'queued') return []
    const before = this.told.get(detail.id)?.detail
    const isSameAttempt = before?.attempts === detail.attempts
    // A new attempt resumes after the last epoch; only a retry starts from the first one again.
    const epochsTold = before?.retries === detail.retries ? before.history.length : 0
    return [
      ...(isSameAttempt ? [] : [{ type: 'started' as const, trial: detail }]),
      ...detail.history
        .slice(epochsTold)
        .map((metrics) => ({ type: 'epoch' as const, trial: detail, metrics })),
      ...(isEnded(detail.state) ? [{ type: 'ended' as const, trial: detail }] : []),
    ]
  }

  private tell(detail: TrialDetail): void {
    const ended = isEnded(detail.state)
    this.told.set(detail.id, { detail: ended ? withoutHistory(detail) : detail, isEnded: ended })
  }

  private countEnded(): number {
    return [...this.told.values()].filter((told) => told.isEnded).length
  }

  private listAll(): Promise<Trial[]> {
    return listAllTrials(this.api, { sweepId: this.sweepId }, this.signal)
  }
}

const byNumber = (a: Trial, b: Trial): number => a.number - b.number

const withoutHistory = (trial: Trial): TrialDetail => ({
  ...trial,
  waitingReason: null,
  history: [],
  score: null,
  attemptHistory: [],
})

const countEnded = ({ trialCounts }: Sweep): number =>
  TRIAL_STATES.filter(isEnded).reduce((sum, state) => sum + trialCounts[state], 0)
