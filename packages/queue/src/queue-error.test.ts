import { describe, expect, it } from 'vitest'
import { asking, hostOf, QueueError } from './queue-error.js'

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
