import { parseArgs } from 'node:util'
import {
  checkStep,
  createEngine,
  ENGINE_KINDS,
  type TrialImages,
  type TrialOutcome,
  trainTrial,
  UnusableCheckpointError,
} from '@sweepd/model'
import type { ClaimedTrial } from '@sweepd/scheduler'
import { startLeaseWatchdog } from '../gpus/lease-watchdog.js'
import { classifyFailure } from './classify-failure.js'
import { LoadedImages } from './load-images.js'
import type { FromChild, ToChild } from './messages.js'

/**
 * The process that trains: one trial at a time, warm between trials, with each data set loaded once.
 * Training blocks the event loop for milliseconds at a time, so it must not share a process with leases and queues.
 */
const loaded = new LoadedImages((message) => send({ type: 'progress', message }))

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { 'self-test': { type: 'boolean' }, 'lease-until': { type: 'string' } },
})
if (values['lease-until'] !== undefined) startLeaseWatchdog(Number(values['lease-until']))
/** Of the kind that the worker has chosen and names in the argument. */
const kind = ENGINE_KINDS.find((known) => known === positionals[0])
if (kind === undefined)
  throw new Error(`usage: training-child ${ENGINE_KINDS.join(' | ')} [--self-test] [--lease-until=MS]`)
// No await: a trial may be sent before the engine is there.
const creating = createEngine(kind)

const SIGN_OF_LIFE_MS = 1000

type TrainRequest = Extract<ToChild, { readonly type: 'train' }>

interface Work {
  readonly abort: AbortController
  /** Resumes training, which waits for the worker's reply. */
  goOn: () => void
}

let current: Work | undefined

process.on('message', (message: ToChild) => {
  switch (message.type) {
    case 'train':
      train(message).then(send)
      break
    case 'continue':
      current?.goOn()
      break
    case 'abort':
      current?.abort.abort(new Error('the worker stopped this attempt'))
      current?.goOn()
      break
  }
})
// The terminal's Ctrl-C and its end reach the whole process group; the worker decides when its children end.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {})
process.on('disconnect', () => process.exit(0))

introduce().catch((error) => {
  const reason = error instanceof Error ? error.message : String(error)
  process.send?.({ type: 'unfit', reason }, () => process.exit(1))
})

/** Says what it trains with, once the engine is there and has passed its test, if it has to. */
async function introduce(): Promise<void> {
  const engine = await creating
  const startedAtMs = performance.now()
  if (values['self-test'])
    await checkStep(engine).catch((cause: Error) => {
      throw new Error(`the self-test failed: ${cause.message}`, { cause })
    })
  const selfTestMs = values['self-test'] ? performance.now() - startedAtMs : undefined
  send({ type: 'ready', engine: engine.name, device: engine.device, selfTestMs })
}

async function train({ trial, images: source, withModel }: TrainRequest): Promise<FromChild> {
  const work: Work = { abort: new AbortController(), goOn: () => {} }
  current = work
  const signs = setInterval(() => send({ type: 'alive' }), SIGN_OF_LIFE_MS)
  try {
    const images = await loaded.load(source)
    return { type: 'finished', ...(await resumeOrBegin(trial, images, work, withModel)) }
  } catch (error) {
    return work.abort.signal.aborted ? { type: 'aborted' } : { type: 'failed', error: classifyFailure(error) }
  } finally {
    clearInterval(signs)
    current = undefined
  }
}

/** Resumes from the trial's checkpoint; begins with epoch 1 if there is none, or it cannot be used here. */
async function resumeOrBegin(
  trial: ClaimedTrial,
  images: TrialImages,
  work: Work,
  withModel: boolean,
): Promise<TrialOutcome> {
  const { hyperparameters, seed, validationSize, checkpoint } = trial
  const engine = await creating
  const begin = (resume: Uint8Array | undefined) =>
    trainTrial(engine, hyperparameters, images, {
      seed,
      validationSize,
      withModel,
      signal: work.abort.signal,
      resume,
      onEpoch: (metrics, checkpoint) => report(work, { type: 'epoch', metrics, checkpoint }),
    })
  try {
    return await begin(checkpoint)
  } catch (error) {
    if (!(error instanceof UnusableCheckpointError)) throw error
    await report(work, { type: 'checkpoint-refused', reason: error.message })
    return begin(undefined)
  }
}

/** Sends a report and waits until the worker has stored it, or aborts. */
function report(work: Work, message: FromChild): Promise<void> {
  return new Promise((resolve) => {
    work.goOn = resolve
    send(message)
  })
}

/** The channel closes when the worker dies; `disconnect` then ends the process. */
function send(message: FromChild): void {
  if (process.connected) process.send?.(message, () => {})
}
