import { describe, expect, it } from 'vitest'
import { parseMessage, toMessage } from './trial-message.js'

describe('a job as BullMQ keeps it', () => {
  it('carries the ids of the trial and nothing else', () => {
    const message = toMessage({ trialId: 'f6b0', attempt: 2, delayMs: 30 })
    expect(message.data).toEqual({ trialId: 'f6b0', attempt: 2 })
    expect(message.opts).toMatchObject({ jobId: 'f6b0-2', delay: 30, attempts: 1 })
    expect(parseMessage(message.data)).toEqual({ trialId: 'f6b0', attempt: 2 })
  })

  it.each([
    undefined,
    null,
    'f6b0',
    {},
    { trialId: '', attempt: 1 },
    { trialId: 'f6b0', attempt: 0 },
    { trialId: 'f6b0', attempt: '1' },
  ])('is refused if it holds %j', (data) => {
    expect(() => parseMessage(data)).toThrow(TypeError)
  })
})
