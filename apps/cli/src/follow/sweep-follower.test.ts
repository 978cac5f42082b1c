import { expect, it } from 'vitest'
import { RecordedSweep } from '../../test/recorded-sweep.js'
import { sampleTrial } from '../../test/samples.js'
import type { TrialEvent } from '../render/event-line.js'
import { SweepFollower } from './sweep-follower.js'

function follow() {
  const sweep = new RecordedSweep()
  const follower = new SweepFollower(sweep, 'id', new AbortController().signal)
  /** Sets what the trials are by now and tells what a look finds. */
  const lookAt = async (...trials: RecordedSweep['trials']) => {
    sweep.trials = trials
    return (await follower.look()).events.map(describeEvent)
  }
  return { sweep, follower, lookAt }
}

function describeEvent(event: TrialEvent): string {
  const what = event.type === 'epoch' ? `epoch ${event.metrics.epoch}` : event.type
  return `${event.trial.number} ${what}`
}

const completed = (number: number) => sampleTrial(number, 3, { state: 'completed' })

it('tells starts, epochs and ends, each once', async () => {
  const { lookAt } = follow()
  expect(await lookAt(sampleTrial(0, 0, { state: 'queued' }))).toEqual([])
  expect(await lookAt(sampleTrial(0))).toEqual(['0 started'])
  expect(await lookAt(sampleTrial(0, 1))).toEqual(['0 epoch 1'])
  expect(await lookAt(sampleTrial(0, 1))).toEqual([])
  expect(await lookAt(completed(0))).toEqual(['0 epoch 2', '0 epoch 3', '0 ended'])
  expect(await lookAt(completed(0))).toEqual([])
})

it('tells epochs that passed between two looks', async () => {
  const { lookAt } = follow()
  expect(await lookAt(sampleTrial(0, 2))).toEqual(['0 started', '0 epoch 1', '0 epoch 2'])
})

it('tells trials that started and ended between two looks', async () => {
  const { lookAt } = follow()
  await lookAt(sampleTrial(0), sampleTrial(1, 0, { state: 'queued' }))
  const events = await lookAt(sampleTrial(0), sampleTrial(1, 1, { state: 'failed' }))
  expect(events).toEqual(['1 started', '1 epoch 1', '1 ended'])
})

it('continues with the epochs of another attempt', async () => {
  const { lookAt } = follow()
  await lookAt(sampleTrial(0, 1))
  expect(await lookAt(sampleTrial(0, 1, { state: 'queued' }))).toEqual([])
  expect(await lookAt(sampleTrial(0, 2, { attempts: 2 }))).toEqual(['0 started', '0 epoch 2'])
})

it('tells the epochs of a trial that begins anew again', async () => {
  const { lookAt } = follow()
  await lookAt(sampleTrial(0, 2))
  expect(await lookAt(sampleTrial(0, 1, { attempts: 2, retries: 1 }))).toEqual(['0 started', '0 epoch 1'])
})

it('tells a failed trial that is tried again', async () => {
  const { lookAt } = follow()
  await lookAt(sampleTrial(0, 1, { state: 'failed' }))
  expect(await lookAt(sampleTrial(0, 0, { state: 'queued' }))).toEqual([])
  expect(await lookAt(sampleTrial(0, 3, { state: 'completed', attempts: 2 }))).toContain('0 ended')
})

it('is silent about what ended before, if told so', async () => {
  const { sweep, follower, lookAt } = follow()
  sweep.trials = [completed(0)]
  await follower.skipEnded()
  expect(await lookAt(completed(0), sampleTrial(1))).toEqual(['1 started'])
})

it('asks for a trial only when something in it is new', async () => {
  const { sweep, lookAt } = follow()
  await lookAt(sampleTrial(0, 1), completed(1))
  sweep.asked.length = 0
  await lookAt(sampleTrial(0, 1), completed(1))
  expect(sweep.asked).toEqual(['running', 'sweep'])
})

it('shows running trials in order of their numbers, with all epochs', async () => {
  const { sweep, follower } = follow()
  sweep.trials = [sampleTrial(3, 2), sampleTrial(1, 1), completed(2)]
  const { running } = await follower.look()
  expect(running.map(({ number, history }) => [number, history.length])).toEqual([
    [1, 1],
    [3, 2],
  ])
})

it('tells nothing twice and loses nothing when a look fails half-way', async () => {
  const { sweep, lookAt } = follow()
  await lookAt(sampleTrial(0, 1))
  sweep.failures.push(new Error('gone'))
  await expect(lookAt(sampleTrial(0, 2))).rejects.toThrow('gone')
  expect(await lookAt(sampleTrial(0, 2))).toEqual(['0 epoch 2'])
})

it('says why nothing is running, once that has lasted for a while', async () => {
  const { sweep, follower } = follow()
  sweep.trials = [sampleTrial(4, 0, { state: 'queued', waitingReason: 'no worker is alive' })]
  expect((await follower.look()).standstill).toBeUndefined()
  expect((await follower.look()).standstill).toBe('trial 4 waits: no worker is alive')
  sweep.trials = [sampleTrial(4)]
  expect((await follower.look()).standstill).toBeUndefined()
})

it('says at once that a sweep is paused, and why', async () => {
  const { sweep, follower } = follow()
  sweep.trials = [sampleTrial(0)]
  sweep.state = 'paused'
  sweep.pauseReason = '6 of 11 ended trials failed'
  expect((await follower.look()).standstill).toBe(
    'paused: 6 of 11 ended trials failed; npx sweepd resume id resumes it',
  )
})
