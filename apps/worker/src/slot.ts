import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { EpochMetrics, Score, TrialError } from '@sweepd/core'
import type { DatasetLocation } from '@sweepd/dataset'
import type { ClaimedTrial, EpochAnswer } from '@sweepd/scheduler'
import { describeDeath } from './classify-failure.js'
import type { FromChild, ToChild } from './messages.js'

/** How an attempt ended. `aborted`: because it was told to. */
export type AttemptEnd =
  | { readonly type: 'finished'; readonly score: Score; readonly kept: EpochMetrics }
  | { readonly type: 'failed'; readonly error: TrialError }
  | { readonly type: 'aborted' }

export interface AttemptHooks {
  /** Training goes on when the promise is kept; if it answers otherwise, the attempt is aborted. */
  onEpoch(metrics: EpochMetrics): Promise<EpochAnswer>
  onProgress(message: string): void
  readonly signal: AbortSignal
}

const ENTRY = new URL('./training-child.js', import.meta.url)

/** A child that does not stop within this time after an abort is killed: a step takes milliseconds. */
const ABORT_GRACE_MS = 5000

/** One training lane: a child process that is kept warm between trials, and started anew when it has died. */
export class Slot {
  private child: ChildProcess | undefined

  constructor(private readonly location: DatasetLocation) {}

  /** Starts the child ahead of its first trial. */
  warmUp(): void {
    this.getChild()
  }

  /** Trains one trial. Never throws: whatever happens to the child becomes the end of the attempt. */
  async train(trial: ClaimedTrial, hooks: AttemptHooks): Promise<AttemptEnd> {
    const child = this.getChild()
    const stop = new AbortController()
    const end = this.follow(child, hooks, stop)
    let killTimer: NodeJS.Timeout | undefined
    const abort = () => {
      tell(child, { type: 'abort' })
      killTimer = setTimeout(() => child.kill('SIGKILL'), ABORT_GRACE_MS)
    }
    const signal = AbortSignal.any([hooks.signal, stop.signal])
    signal.addEventListener('abort', abort, { once: true })
    tell(child, { type: 'train', trial, location: this.location })
    if (signal.aborted) abort()
    try {
      return await end
    } finally {
      signal.removeEventListener('abort', abort)
      clearTimeout(killTimer)
    }
  }

  /** Ends the child. */
  async close(): Promise<void> {
    const { child } = this
    if (child === undefined || hasEnded(child)) return
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }

  private follow(child: ChildProcess, hooks: AttemptHooks, stop: AbortController): Promise<AttemptEnd> {
    return new Promise((resolve) => {
      const settle = (end: AttemptEnd) => {
        child.off('message', onMessage).off('exit', onExit)
        resolve(end)
      }
      const onExit = (code: number | null, signal: NodeJS.Signals | null) =>
        settle({ type: 'failed', error: describeDeath(code, signal) })
      const onMessage = (message: FromChild) => {
        switch (message.type) {
          case 'progress':
            return hooks.onProgress(message.message)
          case 'epoch':
            // An epoch that cannot be stored is an epoch that this worker must not train beyond.
            return void hooks.onEpoch(message.metrics).then(
              (answer) => (answer === 'continue' ? tell(child, { type: 'continue' }) : stop.abort()),
              () => stop.abort(),
            )
          default:
            return settle(message)
        }
      }
      child.on('message', onMessage).on('exit', onExit)
      if (hasEnded(child)) onExit(child.exitCode, child.signalCode)
    })
  }

  private getChild(): ChildProcess {
    if (this.child === undefined || hasEnded(this.child))
      this.child = fork(ENTRY, [], {
        serialization: 'advanced',
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      })
    return this.child
  }
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null

/** A child that has just died is told nothing; its exit is handled where it is followed. */
function tell(child: ChildProcess, message: ToChild): void {
  if (child.connected) child.send(message, () => {})
}
