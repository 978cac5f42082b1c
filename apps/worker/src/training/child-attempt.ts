import type { ChildProcess } from 'node:child_process'
import type { EpochMetrics, Score, TrialError } from '@sweepd/core'
import type { TrainedModel } from '@sweepd/scheduler'
import { classifyFailure, describeDeath } from './classify-failure.js'
import type { FromChild, ToChild } from './messages.js'
import { watchOomKills } from './oom-kills.js'

/**
 * Why an attempt is stopped before its end. `lost`: it is no longer this worker's, because it was cancelled or its lease
 * ran out. `paused`: its sweep is paused. `leaving`: this worker ends. `pruned`, `held`: its pruner ended it with the last
 * epoch, or lets its trial wait.
 */
export type StopReason = 'lost' | 'paused' | 'leaving' | 'pruned' | 'held'

/** Aborts with a reason that `stopReasonOf` reads. */
export function stopWith(controller: AbortController, reason: StopReason): void {
  controller.abort(reason)
}

/** The reason of a signal that `stopWith` aborted. */
export const stopReasonOf = (signal: AbortSignal): StopReason => signal.reason as StopReason

/** How an attempt ended. */
export type AttemptEnd =
  | {
      readonly type: 'finished'
      readonly score: Score
      readonly kept: EpochMetrics
      readonly model?: TrainedModel | undefined
    }
  | { readonly type: 'failed'; readonly error: TrialError }
  | { readonly type: 'stopped'; readonly reason: StopReason }

/** The reply to a report: training continues, or stops for this reason. */
export type ReportAnswer = 'continue' | StopReason

/** Called while a slot trains. Training waits for the promises; one that rejects fails the attempt. */
export interface AttemptHooks {
  /** An epoch has ended; `checkpoint` is the state after it. */
  onEpoch(metrics: EpochMetrics, checkpoint: Uint8Array): Promise<ReportAnswer>
  /** The trial cannot resume from its checkpoint, and is about to start again from epoch 1. */
  onCheckpointRefused(reason: string): Promise<ReportAnswer>
  onProgress(message: string): void
  /** Aborted by `stopWith`: stop within a step. */
  readonly signal: AbortSignal
}

/** A child that does not stop within this time after an abort is killed: a step takes milliseconds. */
const ABORT_GRACE_MS = 5000

/** How often a silent child is looked at before it is killed. */
const LOOKS = 4

/** One attempt in a training child: from `train` to whatever ends it, be it the child's death. */
export class ChildAttempt {
  private stopReason: StopReason | undefined
  /** Why this attempt has failed, though its child has not said so. */
  private fault: TrialError | undefined
  private killTimer: NodeJS.Timeout | undefined
  /** The child may be at the next trial by now, which must not be told what was meant for this one. */
  private isOver = false
  private readonly silence: SilenceWatch
  private readonly hasOomKilled: () => boolean
  private settle: (end: AttemptEnd) => void = () => {}

  constructor(
    private readonly child: ChildProcess,
    private readonly hooks: AttemptHooks,
    silenceMs: number,
  ) {
    this.silence = watchSilence(silenceMs, () => this.killSilent(silenceMs))
    this.hasOomKilled = watchOomKills(child.pid ?? 0)
  }

  /** Never throws: whatever happens to the child becomes the end of the attempt. */
  async run(message: ToChild): Promise<AttemptEnd> {
    const { child, hooks } = this
    const ended = new Promise<AttemptEnd>((resolve) => {
      this.settle = resolve
    })
    const abort = () => this.stop(stopReasonOf(hooks.signal))
    child.on('message', this.onMessage).on('exit', this.onExit)
    hooks.signal.addEventListener('abort', abort, { once: true })
    tell(child, message)
    if (hooks.signal.aborted) abort()
    if (hasEnded(child)) this.onExit(child.exitCode, child.signalCode)
    try {
      return await ended
    } finally {
      this.isOver = true
      child.off('message', this.onMessage).off('exit', this.onExit)
      hooks.signal.removeEventListener('abort', abort)
      clearTimeout(this.killTimer)
      this.silence.stop()
    }
  }

  private readonly onMessage = (message: FromChild): void => {
    this.silence.heard()
    switch (message.type) {
      case 'ready':
      case 'unfit':
      case 'alive':
        break
      case 'progress':
        this.hooks.onProgress(message.message)
        break
      case 'checkpoint-refused':
        this.answer(this.hooks.onCheckpointRefused(message.reason))
        break
      case 'epoch':
        this.answer(this.hooks.onEpoch(message.metrics, message.checkpoint))
        break
      case 'aborted':
        this.settle(this.describeStop())
        break
      default:
        this.settle(message)
    }
  }

  private readonly onExit = (code: number | null, signal: NodeJS.Signals | null): void => {
    const isAsked = this.stopReason !== undefined || this.fault !== undefined
    const describe = () => describeDeath(code, signal, { isOomKill: this.hasOomKilled() })
    this.settle(isAsked ? this.describeStop() : { type: 'failed', error: describe() })
  }

  /** What cannot be stored must not be trained beyond. */
  private answer(asked: Promise<ReportAnswer>): void {
    asked.then(
      (answer) => {
        if (answer !== 'continue') this.stop(answer)
        else if (!this.isOver) tell(this.child, { type: 'continue' })
      },
      (error: unknown) => {
        this.fault = classifyFailure(error)
        this.abort()
      },
    )
  }

  private stop(reason: StopReason): void {
    this.stopReason ??= reason
    this.abort()
  }

  private abort(): void {
    if (this.isOver) return
    tell(this.child, { type: 'abort' })
    this.killTimer ??= setTimeout(() => this.child.kill('SIGKILL'), ABORT_GRACE_MS)
  }

  private killSilent(silenceMs: number): void {
    const message = `the training process gave no sign of life for ${silenceMs / 1000} s and was killed`
    this.fault = { class: 'infrastructure', message }
    this.child.kill('SIGKILL')
  }

  private describeStop(): AttemptEnd {
    if (this.stopReason !== undefined) return { type: 'stopped', reason: this.stopReason }
    const unasked = { class: 'infrastructure', message: 'the training process stopped unasked' } as const
    return { type: 'failed', error: this.fault ?? unasked }
  }
}

/** Whether the process is gone, or never came to be. */
export const hasEnded = ({ pid, exitCode, signalCode }: ChildProcess): boolean =>
  pid === undefined || exitCode !== null || signalCode !== null

/** Sends nothing to a child that has just died; its exit event ends the attempt. */
function tell(child: ChildProcess, message: ToChild): void {
  if (child.connected) child.send(message, () => {})
}

/** Watches for signs of life. */
interface SilenceWatch {
  heard(): void
  stop(): void
}

/**
 * Calls `onSilent` once when nothing has been heard for `silenceMs`, or up to a quarter longer. It counts looks, not
 * hours: a process that was itself stopped for longer than that gets to hear first what was said meanwhile.
 */
function watchSilence(silenceMs: number, onSilent: () => void): SilenceWatch {
  let silentLooks = 0
  const timer = setInterval(() => {
    silentLooks += 1
    if (silentLooks <= LOOKS) return
    clearInterval(timer)
    onSilent()
  }, silenceMs / LOOKS)
  return {
    heard: () => {
      silentLooks = 0
    },
    stop: () => clearInterval(timer),
  }
}
