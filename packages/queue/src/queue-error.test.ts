import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { asking, hostOf, QueueError, withoutArguments, withoutRepetition } from './queue-error.js'

describe('a QueueError', () => {
  it('names what was tried, the server, the reason and the remedy', async () => {
    const cause = new AggregateError([
      new Error('connect ECONNREFUSED ::1:6379'),
      new Error('and 127.0.0.1:6379'),
    ])
    const asked = asking({ name: 'Redis at localhost:6379', variable: 'REDIS_URL' }, 'reach the queue', () =>
      Promise.reject(cause),
    )
    await expect(asked).rejects.toThrow(
      new QueueError(
        'Could not reach the queue: Redis at localhost:6379: connect ECONNREFUSED ::1:6379, and 127.0.0.1:6379. ' +
          'Check that it runs and that REDIS_URL points to it.',
      ),
    )
  })

  it('never shows the credentials of a URL', () => {
    expect(hostOf('redis://user:secret@queue.internal/2', 6379)).toBe('queue.internal:6379')
    expect(hostOf('no url with secret', 6379)).not.toContain('secret')
  })
})

describe('withoutRepetition', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('passes each message on once in ten seconds', () => {
    const told: string[] = []
    const onError = withoutRepetition(({ message }) => told.push(message))
    for (const message of ['refused', 'refused', 'timed out', 'refused']) onError(new Error(message))
    expect(told).toEqual(['refused', 'timed out'])
    vi.advanceTimersByTime(10_000)
    onError(new Error('refused'))
    expect(told).toEqual(['refused', 'timed out', 'refused'])
  })
})

describe('withoutArguments', () => {
  const refusal = () =>
    Object.assign(new Error('WRONGPASS invalid username-password pair'), {
      command: { name: 'hello', args: ['3', 'AUTH', 'default', 'hunter2'] },
    })

  it('passes an error on with the name of its command, but without the password in its arguments', () => {
    const told: Error[] = []
    withoutArguments((error) => told.push(error))(refusal())
    expect(told).toMatchObject([
      { message: expect.stringContaining('WRONGPASS'), command: { name: 'hello' } },
    ])
    expect(JSON.stringify(told)).not.toContain('hunter2')
  })

  it('takes them off the cause of a QueueError too', async () => {
    const server = { name: 'Redis at r:6379', variable: 'REDIS_URL' } as const
    const refused = await asking(server, 'reach the queue', () => Promise.reject(refusal())).catch(
      (error) => error,
    )
    expect(refused.message).toContain('WRONGPASS')
    expect(refused.cause.command).toEqual({ name: 'hello' })
  })
})
