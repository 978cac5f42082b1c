import type { DatasetName } from '@sweepd/core'
import { type DatasetLocation, loadDataset } from '@sweepd/dataset'
import { onnxEngine, type TrialImages, trainTrial } from '@sweepd/model'
import type { ClaimedTrial } from '@sweepd/scheduler'
import { classifyFailure } from './classify-failure.js'
import type { FromChild, ToChild } from './messages.js'

/**
 * The process that trains: one trial at a time, warm between trials, with each data set loaded once.
 * Training blocks the event loop for milliseconds at a time, so it must not share a process with leases and queues.
 */
const loaded = new Map<DatasetName, Promise<TrialImages>>()

let current: { readonly abort: AbortController; resume: () => void } | undefined

process.on('message', (message: ToChild) => {
  switch (message.type) {
    case 'train':
      train(message.trial, message.location).then(send)
      break
    case 'continue':
      current?.resume()
      break
    case 'abort':
      current?.abort.abort(new Error('the worker stopped this attempt'))
      current?.resume()
      break
  }
})
// The terminal's Ctrl-C reaches the whole process group; the worker decides when its children end.
process.on('SIGINT', () => {})
process.on('disconnect', () => process.exit(0))

async function train(trial: ClaimedTrial, location: DatasetLocation): Promise<FromChild> {
  const abort = new AbortController()
  const work = { abort, resume: () => {} }
  current = work
  try {
    const images = await load(trial.dataset, location)
    const { kept, score } = await trainTrial(onnxEngine, trial.hyperparameters, images, {
      seed: trial.seed,
      signal: abort.signal,
      onEpoch: (metrics) =>
        new Promise((resolve) => {
          work.resume = resolve
          send({ type: 'epoch', metrics })
        }),
    })
    return { type: 'finished', kept, score }
  } catch (error) {
    return abort.signal.aborted ? { type: 'aborted' } : { type: 'failed', error: classifyFailure(error) }
  } finally {
    current = undefined
  }
}

function load(name: DatasetName, location: DatasetLocation): Promise<TrialImages> {
  const known = loaded.get(name)
  if (known !== undefined) return known
  const loading = loadDataset(name, location, {
    onProgress: (message) => send({ type: 'progress', message }),
  }).then(({ height, width, channels, labels, train, validation, test }) => ({
    shape: [height, width, channels] as const,
    classNames: labels,
    train,
    validation,
    test,
  }))
  // A failed load may succeed later, when the files are there.
  loading.catch(() => loaded.delete(name))
  loaded.set(name, loading)
  return loading
}

/** The channel closes when the worker dies; then there is nobody to tell, and `disconnect` ends the process. */
function send(message: FromChild): void {
  if (process.connected) process.send?.(message, () => {})
}
