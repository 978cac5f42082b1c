import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { DatasetLocation } from '@sweepd/dataset'
import { type EngineChoice, trainingProcess } from '@sweepd/model'
import type { ClaimedTrial } from '@sweepd/scheduler'
import { type AttemptEnd, type AttemptHooks, ChildAttempt, hasEnded } from './child-attempt.js'
import type { FromChild, TrainerInfo } from './messages.js'

export interface SlotOptions {
  readonly location: DatasetLocation
  readonly engine: EngineChoice
  /** A child at work that says nothing for this long is killed, in milliseconds. */
  readonly silenceMs: number
}

const ENTRY = new URL('./training-child.js', import.meta.url)

/** One training lane: a child process that is kept warm between trials, and started anew when it has died. */
export class Slot {
  private child: ChildProcess | undefined

  constructor(private readonly options: SlotOptions) {}

  /** Starts the child ahead of its first trial, and answers what it trains with. Throws if it ends before it is up. */
  warmUp(): Promise<TrainerInfo> {
    const child = this.getChild()
    return new Promise((resolve, reject) => {
      child.on('message', (message: FromChild) => {
        if (message.type === 'ready') resolve({ engine: message.engine, device: message.device })
      })
      child.once('exit', (code, signal) =>
        reject(
          new Error(`the training process did not start (${signal ?? `exit code ${code}`}); see the log`),
        ),
      )
    })
  }

  /** Trains one trial. Never throws: whatever happens to the child becomes the end of the attempt. */
  train(trial: ClaimedTrial, hooks: AttemptHooks): Promise<AttemptEnd> {
    const { location, silenceMs } = this.options
    return new ChildAttempt(this.getChild(), hooks, silenceMs).run({ type: 'train', trial, location })
  }

  /** Ends the child. */
  async close(): Promise<void> {
    const { child } = this
    if (child === undefined || hasEnded(child)) return
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }

  private getChild(): ChildProcess {
    const { kind, environment } = this.options.engine
    if (this.child === undefined || hasEnded(this.child))
      this.child = fork(ENTRY, [kind], {
        env: { ...process.env, ...trainingProcess.env, ...environment },
        execArgv: [...process.execArgv, ...trainingProcess.execArgv],
        serialization: 'advanced',
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      })
    return this.child
  }
}
