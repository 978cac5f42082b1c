import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { GpuShare, SchedulerPorts, WorkerBeat } from '@sweepd/scheduler'
import { waitUntil } from '@sweepd/testing'
import { pino } from 'pino'
import { expect, it, onTestFinished } from 'vitest'
import { AttemptsInHand } from './attempt/attempts-in-hand.js'
import { startHeartbeat } from './heartbeat.js'

const WORKER = { id: 'w', host: 'box', device: 'GPU', engine: 'onnx', slots: 1, version: '1', pid: 1 }
const SHARE: GpuShare = { gpu: 'GPU-1', share: 0 }

/** A heartbeat on a store that answers as told; it does not belong to a worker. */
function beatOn(answer: () => Promise<object>, file?: string) {
  const beats: WorkerBeat[] = []
  const renewals: unknown[][] = []
  const store = {
    beat: (beat: WorkerBeat) => {
      beats.push(beat)
      return answer()
    },
  }
  const heartbeat = startHeartbeat({
    ports: { store } as unknown as SchedulerPorts,
    describeWorker: () => ({ ...WORKER, slots: beats.length }),
    slots: { listGpus: () => [SHARE], noteRenewal: (...renewal) => renewals.push(renewal) },
    attempts: new AttemptsInHand(),
    intervalMs: 5,
    leaseMs: 1000,
    file,
    onDrainRequested: () => {},
    log: pino({ level: 'silent' }),
  })
  onTestFinished(() => heartbeat.stop())
  return { beats, renewals }
}

async function nameFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sweepd-heartbeat-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return join(folder, 'heartbeat')
}
const ageOf = (file: string) => stat(file).then(({ mtimeMs }) => mtimeMs)
const existing = (file: string) =>
  ageOf(file).then(
    () => true,
    () => false,
  )

it('touches HEARTBEAT_FILE at each beat that the store has taken', async () => {
  const file = await nameFile()
  beatOn(async () => ({ lost: [], lostGpus: [], drain: false }), file)
  await waitUntil('the file is there', () => existing(file))
  const first = await ageOf(file)
  await waitUntil('it is written again', async () => (await ageOf(file)) > first)
})

it('leaves HEARTBEAT_FILE alone while the store takes no beat, so that its age tells', async () => {
  const file = await nameFile()
  const { beats } = beatOn(() => Promise.reject(new Error('away')), file)
  await waitUntil('several beats have failed', () => beats.length > 3)
  expect(await existing(file)).toBe(false)
})

it('goes on if HEARTBEAT_FILE cannot be written', async () => {
  const { beats } = beatOn(async () => ({ lost: [], lostGpus: [], drain: false }), '/nonexistent/heartbeat')
  await waitUntil('several beats', () => beats.length > 3)
})

it('renews the GPUs of the slots, as they are at each beat, and passes on which are lost', async () => {
  const { beats, renewals } = beatOn(async () => ({ lost: [], lostGpus: [SHARE], drain: false }))
  await waitUntil('two beats', () => renewals.length > 1)
  expect(beats[1]).toMatchObject({ gpus: [SHARE], worker: { slots: 1 } })
  expect(renewals[0]).toEqual([expect.any(Number), [SHARE], [SHARE]])
})
