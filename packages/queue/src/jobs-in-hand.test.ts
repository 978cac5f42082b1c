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

  it('tell the one job that is lost to stop, and no other', async () => {
    const jobs = new JobsInHand()
    const signals: AbortSignal[] = []
    const { work, end } = recordWork()
    const all = ['a', 'b'].map((id) =>
      jobs.process(id, (signal) => {
        signals.push(signal)
        return work()
      }),
    )
    jobs.stop('b', new Error('lost'))
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true])
    end()
    await Promise.all(all)
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
