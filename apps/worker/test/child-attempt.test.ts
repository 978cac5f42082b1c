import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type AttemptHooks, ChildAttempt, stopWith } from '../src/training/child-attempt.js'
import type { ToChild } from '../src/training/messages.js'

const script = resolve(import.meta.dirname, 'fixtures/child.mjs')
const never = new AbortController().signal

let child: ChildProcess

beforeEach(async () => {
  child = fork(script, { serialization: 'advanced' })
  await once(child, 'message')
})
afterEach(async () => {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
})

/** Lets the child do this with a trial. */
function attempt(behaviour: string, hooks: Partial<AttemptHooks> = {}, silenceMs = 60_000) {
  const all: AttemptHooks = {
    onEpoch: async () => 'continue',
    onCheckpointRefused: async () => 'continue',
    onProgress: () => {},
    signal: never,
    ...hooks,
  }
  const message = { type: 'train', trial: { dataset: behaviour }, location: {} } as unknown as ToChild
  return new ChildAttempt(child, all, silenceMs).run(message)
}

it('ends as the child says, which waits until its epoch is stored with its checkpoint', async () => {
  const onEpoch = vi.fn(async () => 'continue' as const)
  expect(await attempt('train', { onEpoch })).toMatchObject({ type: 'finished', score: 'score' })
  expect(onEpoch).toHaveBeenCalledWith({ epoch: 1 }, new Uint8Array([1, 2, 3]))
})

it('leaves the child ready for the next trial, and nobody listening to the one before', async () => {
  for (let trial = 0; trial < 3; trial++) await attempt('train')
  expect(child.listenerCount('message')).toBe(0)
  expect(child.listenerCount('exit')).toBe(0)
})

it.each(['continue', 'lost'] as const)('keeps a late answer of %s from the next trial', async (answer) => {
  const stop = new AbortController()
  let give = () => {}
  const late = new Promise<typeof answer>((resolve) => {
    give = () => resolve(answer)
  })
  const onEpoch = () => {
    stopWith(stop, 'lost')
    return late
  }
  expect(await attempt('train', { signal: stop.signal, onEpoch })).toMatchObject({ type: 'stopped' })
  const next = attempt('train', {
    onEpoch: async () => {
      give()
      await late
      return 'continue'
    },
  })
  expect(await next).toMatchObject({ type: 'finished' })
  expect(child.listenerCount('message')).toBe(0)
})

it.each(['paused', 'leaving', 'lost'] as const)(
  'stops after an epoch that is answered %s',
  async (reason) => {
    expect(await attempt('train', { onEpoch: async () => reason })).toEqual({ type: 'stopped', reason })
  },
)

it('fails, and stops the child, when an epoch cannot be stored', async () => {
  const onEpoch = () => Promise.reject(new Error('the disk is full'))
  expect(await attempt('train', { onEpoch })).toEqual({
    type: 'failed',
    error: { class: 'infrastructure', message: 'the disk is full' },
  })
})

it('asks before it begins again without its checkpoint', async () => {
  const onCheckpointRefused = vi.fn(async () => 'continue' as const)
  expect(await attempt('begin', { onCheckpointRefused })).toMatchObject({ type: 'finished' })
  expect(onCheckpointRefused).toHaveBeenCalledWith('damaged')
  expect(await attempt('begin', { onCheckpointRefused: async () => 'lost' })).toMatchObject({
    reason: 'lost',
  })
})

it('kills a child that does not stop when it is told to, which it may be before it begins', async () => {
  const stop = new AbortController()
  stopWith(stop, 'lost')
  expect(await attempt('deaf', { signal: stop.signal })).toEqual({ type: 'stopped', reason: 'lost' })
}, 20_000)

it('takes the death of a child that was told to stop for the stop', async () => {
  const stop = new AbortController()
  const end = attempt('deaf', { signal: stop.signal })
  stopWith(stop, 'leaving')
  child.kill('SIGKILL')
  expect(await end).toEqual({ type: 'stopped', reason: 'leaving' })
})

it('fails with the signal that ended the child', async () => {
  expect(await attempt('die')).toEqual({
    type: 'failed',
    error: { class: 'infrastructure', message: 'the training process was ended by SIGKILL' },
  })
})

it('kills a child that gives no sign of life, and fails', async () => {
  expect(await attempt('hang', {}, 400)).toEqual({
    type: 'failed',
    error: {
      class: 'infrastructure',
      message: 'the training process gave no sign of life for 0.4 s and was killed',
    },
  })
})

it('lets a child be that is alive and busy for longer than that', async () => {
  const stop = new AbortController()
  const end = attempt('deaf', { signal: stop.signal }, 400)
  let signs = 0
  child.on('message', () => {
    signs += 1
    if (signs === 20) child.kill('SIGTERM')
  })
  expect(await end).toMatchObject({ error: { message: 'the training process was ended by SIGTERM' } })
})
