import { pino } from 'pino'
import { expect, it } from 'vitest'
import { persist } from './persist.js'

const never = new AbortController().signal
const log = pino({ level: 'silent' })
const answering = { store: { ping: async () => {} } }
const away = { store: { ping: () => Promise.reject(new Error('connection refused')) } }

/** An operation that fails so often before it answers. */
function failing(times: number, error = new Error('connection refused')) {
  const calls = { count: 0 }
  const operation = async () => {
    calls.count += 1
    if (calls.count <= times) throw error
    return 'stored'
  }
  return { calls, operation }
}

it('repeats an operation until the store takes it', async () => {
  const { calls, operation } = failing(3)
  expect(await persist({ ports: away, log, leaving: never }, operation)).toBe('stored')
  expect(calls.count).toBe(4)
})

it('gives up when the worker has to leave, also while it waits', async () => {
  const leaving = new AbortController()
  const { operation } = failing(Number.POSITIVE_INFINITY)
  const persisted = persist({ ports: away, log, leaving: leaving.signal }, operation)
  leaving.abort()
  await expect(persisted).rejects.toThrow('connection refused')
})

it('does not repeat what the store can never take', async () => {
  const { calls, operation } = failing(1, new RangeError('loss is NaN'))
  await expect(persist({ ports: answering, log, leaving: never }, operation)).rejects.toThrow('loss is NaN')
  expect(calls.count).toBe(1)
})
