import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { DatasetLocation } from '@sweepd/dataset'
import { type EngineChoice, trainingProcess } from '@sweepd/model'
import type { ClaimedTrial } from '@sweepd/scheduler'
import { type AttemptEnd, type AttemptHooks, ChildAttempt, hasEnded } from './child-attempt.js'
import type { FromChild, TrainerInfo } from './messages.js'
import { passOnErrors } from './tensorflow-lines.js'

export interface SlotOptions {
  readonly location: DatasetLocation
  readonly engine: EngineChoice
  /** What the child gets of the worker's environment. */
  readonly environment: NodeJS.ProcessEnv
  /** A child that says nothing for this long at work or at its start is killed, in milliseconds. */
  readonly silenceMs: number
  /** Called for what TensorFlow remarks, which is no error. */
  readonly onRemark: (line: string) => void
}

const ENTRY = new URL('./training-child.js', import.meta.url)

/** A training process from its start on. */
interface Child {
  readonly process: ChildProcess
  /** Rejects if the process does not start, or ends before it can train. */
  readonly isUp: Promise<TrainerInfo>
}

/** One training lane: a child process that is kept warm between trials, and started anew when it has died. */
export class Slot {
  private child: Child | undefined

  constructor(private readonly options: SlotOptions) {}

  /** Starts the child unless it lives, and returns what it trains with. Throws if it does not come up. */
  async warmUp(): Promise<TrainerInfo> {
    if (this.child === undefined || hasEnded(this.child.process)) this.child = startChild(this.options)
    return this.child.isUp
  }

  /** Trains one trial; after `warmUp`. Never throws: whatever happens to the child becomes the end of the attempt. */
  train(trial: ClaimedTrial, hooks: AttemptHooks): Promise<AttemptEnd> {
    const { location, silenceMs } = this.options
    if (this.child === undefined) throw new Error('a slot is warmed up before it trains')
    return new ChildAttempt(this.child.process, hooks, silenceMs).run({ type: 'train', trial, location })
  }

  /** Ends the child. */
  async close(): Promise<void> {
    if (this.child === undefined || hasEnded(this.child.process)) return
    const exited = once(this.child.process, 'exit')
    this.child.process.kill('SIGKILL')
    await exited
  }
}

function startChild({ engine, environment, silenceMs, onRemark }: SlotOptions): Child {
  const child = fork(ENTRY, [engine.kind], {
    env: { ...environment, ...trainingProcess.env, ...engine.environment },
    execArgv: [...process.execArgv, ...trainingProcess.execArgv],
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', engine.kind === 'tfjs' ? 'pipe' : 'inherit', 'ipc'],
  })
  if (child.stderr !== null) {
    passOnErrors(child.stderr, { write: (line) => process.stderr.write(line), onRemark })
  }
  const isUp = new Promise<TrainerInfo>((resolve, reject) => {
    const deadline = setTimeout(() => child.kill('SIGKILL'), silenceMs)
    child.once('exit', () => clearTimeout(deadline))
    child.on('message', (message: FromChild) => {
      if (message.type !== 'ready') return
      clearTimeout(deadline)
      resolve({ engine: message.engine, device: message.device })
    })
    // Such as EAGAIN or EMFILE: the system is out of processes or file descriptors. The listener stays for good, as an
    // error event without one would end the worker.
    child.on('error', (cause) => {
      clearTimeout(deadline)
      reject(new Error(`the training process could not be started: ${cause.message}`, { cause }))
    })
    child.once('exit', (code, signal) =>
      reject(new Error(`the training process did not start (${signal ?? `exit code ${code}`}); see the log`)),
    )
  })
  // A child that dies while nobody waits for it is started again before the next trial.
  isUp.catch(() => {})
  return { process: child, isUp }
}
