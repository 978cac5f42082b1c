import { describe, expect, it } from 'vitest'
import { JobsInHand } from './jobs-in-hand.js'

describe('jobs in hand', () => {
  it('are done at once with a job that is delivered again', async () => {
    const jobs = new JobsInHand()
    const { work, end, starts } = recordWork()
    const first = jobs.process('a', work)
    await jobs.process('a', work)
    expect(starts()).toBe(1)
    expect(jobs.isEmpty).toBe(false)
    end()
    await first
    expect(jobs.isEmpty).toBe(true)
  })

  it('process a job anew once it has ended, even badly', async () => {
    const jobs = new JobsInHand()
    await expect(jobs.process('a', () => Promise.reject(new Error('bad')))).rejects.toThrow('bad')
    const { work, end, starts } = recordWork()
    end()
    await jobs.process('a', work)
    expect(starts()).toBe(1)
  })
})

function recordWork() {
  let end = () => {}
  let count = 0
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  const work = () => {
    count++
    return ended
  }
  return { work, end: () => end(), starts: () => count }
}
