import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import type { DatasetLocation } from '@sweepd/dataset'
import { type EngineChoice, trainingProcess } from '@sweepd/model'
import type { ClaimedTrial } from '@sweepd/scheduler'
import type { GpuLease } from '../gpus/gpu-lease.js'
import { LEASE_FD } from '../gpus/lease-watchdog.js'
import { SlotHealth } from '../slots/slot-health.js'
import { type AttemptEnd, type AttemptHooks, ChildAttempt, hasEnded } from './child-attempt.js'
import type { FromChild, TrainerInfo } from './messages.js'
import { passOnErrors } from './tensorflow-lines.js'
import { isCrash, TrainingProcessError } from './training-process-error.js'

export interface SlotOptions {
  readonly location: DatasetLocation
  readonly engine: EngineChoice
  /** What the child gets of the worker's environment. */
  readonly environment: NodeJS.ProcessEnv
  /** A child that says nothing for this long at work or at its start is killed, in milliseconds. */
  readonly silenceMs: number
  /** Trained networks are wanted with their scores. */
  readonly withModels: boolean
  /** Called for what TensorFlow remarks, which is no error. */
  readonly onRemark: (line: string) => void
  /** The only GPU that the child sees, and for how long it may live. Undefined: it sees what the worker sees. */
  readonly lease?: GpuLease | undefined
}

const ENTRY = new URL('./training-child.js', import.meta.url)

/** A training process from its start on. */
interface Child {
  readonly process: ChildProcess
  /** Rejects with TrainingProcessError if the process does not start, or ends before it can train. */
  readonly isUp: Promise<TrainerInfo>
}

/** One training lane: a child process that is kept warm between trials, and started anew when it has died. */
export class Slot {
  readonly health: SlotHealth
  private child: Child | undefined
  private isClosed = false

  constructor(private readonly options: SlotOptions) {
    this.health = new SlotHealth(options.lease !== undefined)
  }

  /**
   * Starts the child unless it lives, and returns what it trains with. Throws TrainingProcessError if it does not come
   * up or fails its self-test, or if the slot has no GPU any more.
   */
  async warmUp(): Promise<TrainerInfo> {
    if (this.child === undefined || hasEnded(this.child.process)) this.child = this.start()
    return this.child.isUp
  }

  /**
   * Trains one trial, on the data set in `folder` if a person added it; after `warmUp`. Never throws: whatever happens to the
   * child becomes the end of the attempt.
   */
  async train(trial: ClaimedTrial, folder: string | undefined, hooks: AttemptHooks): Promise<AttemptEnd> {
    const { location, silenceMs, withModels } = this.options
    if (this.child === undefined) throw new Error('a slot is warmed up before it trains')
    const { process } = this.child
    const images = { dataset: trial.dataset, location, folder }
    const attempt = new ChildAttempt(process, hooks, silenceMs)
    const end = await attempt.run({ type: 'train', trial, images, withModel: withModels })
    if (end.type === 'finished') this.health.trained()
    else if (end.type === 'failed' && end.error.class === 'infrastructure' && isCrash(process))
      this.health.failed(end.error.message)
    return end
  }

  /** Ends the child; no other is started. */
  async close(): Promise<void> {
    this.isClosed = true
    if (this.child === undefined || hasEnded(this.child.process)) return
    const exited = once(this.child.process, 'exit')
    this.child.process.kill('SIGKILL')
    await exited
  }

  private start(): Child {
    const { lease } = this.options
    if (this.isClosed || lease?.isValid === false)
      throw new TrainingProcessError('the slot is closed: its GPU is no longer leased, or its worker ends')
    const child = startChild(this.options, this.health.needsTest)
    child.isUp.catch((error) => {
      if (error instanceof TrainingProcessError && error.isSlotFault) this.health.failed(error.message)
    })
    const noteTest = (message: FromChild) => {
      if (message.type === 'ready') this.health.passed(message.selfTestMs)
    }
    child.process.on('message', noteTest)
    return child
  }
}

function startChild(options: SlotOptions, needsTest: boolean): Child {
  const { engine, environment, silenceMs, lease, onRemark } = options
  const flags = [
    ...(needsTest ? ['--self-test'] : []),
    ...(lease === undefined ? [] : [`--lease-until=${lease.endsAtMs}`]),
  ]
  const child = fork(ENTRY, [engine.kind, ...flags], {
    env: { ...environment, ...trainingProcess.env, ...engine.environment, ...(lease && chooseGpu(lease)) },
    execArgv: [...process.execArgv, ...trainingProcess.execArgv],
    serialization: 'advanced',
    stdio: [
      ...(['ignore', 'inherit'] as const),
      engine.kind === 'tfjs' ? 'pipe' : 'inherit',
      'ipc',
      ...(lease === undefined ? [] : (['pipe'] as const)),
    ],
  })
  // Neither is there if the system has no file descriptor left for them, whatever their types say.
  if (child.stderr) passOnErrors(child.stderr, { write: (line) => process.stderr.write(line), onRemark })
  if (lease !== undefined) keepAlive(child, lease)
  const isUp = new Promise<TrainerInfo>((resolve, reject) => {
    let isOverdue = false
    const deadline = setTimeout(() => {
      isOverdue = true
      child.kill('SIGKILL')
    }, silenceMs)
    child.once('exit', () => clearTimeout(deadline))
    child.on('message', (message: FromChild) => {
      if (message.type === 'unfit') {
        return reject(new TrainingProcessError(message.reason, { isSlotFault: true }))
      }
      if (message.type !== 'ready') return
      clearTimeout(deadline)
      resolve({ engine: message.engine, device: message.device })
    })
    // Such as EAGAIN or EMFILE: the system is out of processes or file descriptors. The listener stays for good, as an
    // error event without one would end the worker.
    child.on('error', (cause) => {
      clearTimeout(deadline)
      reject(
        new TrainingProcessError(`the training process could not be started: ${cause.message}`, { cause }),
      )
    })
    child.once('exit', (code, signal) => {
      const how = isOverdue ? `not within ${silenceMs / 1000} s` : (signal ?? `exit code ${code}`)
      const isSlotFault = isOverdue ? lease !== undefined : isCrash(child)
      reject(
        new TrainingProcessError(`the training process did not start (${how}); see the log`, { isSlotFault }),
      )
    })
  })
  // A child that dies while nobody waits for it is started again before the next trial.
  isUp.catch(() => {})
  return { process: child, isUp }
}

/** By UUID, which means the same in every process and container; the child sees it as its first and only GPU. */
const chooseGpu = ({ share }: GpuLease) => ({
  CUDA_VISIBLE_DEVICES: share.gpu,
  CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
})

/** Tells the child's watchdog of each renewal. */
function keepAlive(child: ChildProcess, lease: GpuLease): void {
  const stdio = child.stdio as typeof child.stdio | undefined
  const renewals = stdio?.[LEASE_FD] as Writable | null | undefined
  // The child may end at any time.
  renewals?.on('error', () => {})
  const stop = lease.onRenewal((validUntilMs) => renewals?.write(`${validUntilMs}\n`))
  child.once('exit', stop)
}
