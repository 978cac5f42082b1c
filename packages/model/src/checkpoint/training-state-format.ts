import { crc32 } from 'node:zlib'
import type { EpochMetrics } from '@sweepd/core'
import type { TrainerState } from '../engines/engine.js'
import { ByteReader, ByteWriter } from './byte-stream.js'
import type { BestEpoch, TrainingState } from './training-state.js'
import { UnusableCheckpointError } from './unusable-checkpoint.js'

/** `swpt`, as the first four bytes. */
const MAGIC = 0x74707773
/** Grows with every change of the format or of what the vectors mean: others are refused, not guessed at. */
const VERSION = 1
/** Magic number, version and checksum of what follows, four bytes each. */
const HEADER_BYTES = 12
const CHECKSUM_OFFSET = 8

/** Which epoch is the best one: none is kept, the last one, or one before it with a checkpoint of its own. */
const BEST = { none: 0, last: 1, earlier: 2 } as const

/** The state as bytes: the vectors as they are, so that nothing is rounded, after a header and a checksum. */
export function encodeTrainingState(state: TrainingState): Uint8Array {
  const writer = new ByteWriter()
  for (const value of [MAGIC, VERSION, 0]) writer.uint32(value)
  writer.float64(state.seed)
  writer.uint32(state.history.length)
  for (const metrics of state.history) writeMetrics(writer, metrics)
  writeTrainerState(writer, state.trainer)
  writeBest(writer, state)
  const bytes = writer.finish()
  // The checksum is of what follows it, which is known only now.
  new DataView(bytes.buffer).setUint32(CHECKSUM_OFFSET, crc32(bytes.subarray(HEADER_BYTES)), true)
  return bytes
}

/**
 * Reads what `encodeTrainingState` wrote.
 * @throws UnusableCheckpointError for bytes of another kind or version, and for damaged ones
 */
export function decodeTrainingState(bytes: Uint8Array): TrainingState {
  if (bytes.length < HEADER_BYTES) throw new UnusableCheckpointError(`it has only ${bytes.length} bytes`)
  const header = new ByteReader(bytes)
  if (header.uint32() !== MAGIC) throw new UnusableCheckpointError('it does not begin as a checkpoint does')
  const version = header.uint32()
  if (version !== VERSION)
    throw new UnusableCheckpointError(`it has format version ${version}, and this is version ${VERSION}`)
  const body = bytes.subarray(HEADER_BYTES)
  if (header.uint32() !== crc32(body))
    throw new UnusableCheckpointError('its checksum is wrong: it is damaged')
  return readState(new ByteReader(body))
}

function readState(body: ByteReader): TrainingState {
  const seed = body.float64()
  const history = Array.from({ length: body.uint32() }, () => readMetrics(body))
  const trainer = readTrainerState(body)
  return { seed, history, trainer, best: readBest(body, history, trainer) }
}

function writeBest(body: ByteWriter, { best, trainer }: TrainingState): void {
  // The best epoch is often the last one: then its vectors are not written twice.
  const which = best === undefined ? BEST.none : best.trainer === trainer ? BEST.last : BEST.earlier
  body.uint32(which)
  if (best === undefined || which !== BEST.earlier) return
  body.uint32(best.metrics.epoch)
  writeTrainerState(body, best.trainer)
}

function readBest(
  body: ByteReader,
  history: readonly EpochMetrics[],
  trainer: TrainerState,
): BestEpoch | undefined {
  const which = body.uint32()
  if (which === BEST.none) return undefined
  const epoch = which === BEST.last ? history.length : body.uint32()
  const metrics = history[epoch - 1]
  if (metrics === undefined)
    throw new UnusableCheckpointError(`its best epoch ${epoch} is not in its history`)
  return { metrics, trainer: which === BEST.last ? trainer : readTrainerState(body) }
}

function writeTrainerState(
  body: ByteWriter,
  { layout, steps, parameters, moving, state }: TrainerState,
): void {
  body.text(layout)
  body.float64(steps)
  body.vector(parameters)
  body.vector(moving)
  body.uint32(state.length)
  for (const vector of state) body.vector(vector)
}

function readTrainerState(body: ByteReader): TrainerState {
  const [layout, steps] = [body.text(), body.float64()]
  const [parameters, moving] = [body.vector(), body.vector()]
  const state = Array.from({ length: body.uint32() }, () => body.vector())
  return { layout, parameters, moving, state, steps }
}

function writeMetrics(body: ByteWriter, metrics: EpochMetrics): void {
  for (const name of METRICS) body.float64(metrics[name])
}

function readMetrics(body: ByteReader): EpochMetrics {
  const read = () => body.float64()
  return {
    epoch: read(),
    loss: read(),
    acc: read(),
    val_loss: read(),
    val_acc: read(),
    durationMs: read(),
  }
}

const METRICS = ['epoch', 'loss', 'acc', 'val_loss', 'val_acc', 'durationMs'] as const
