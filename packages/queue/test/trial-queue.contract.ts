import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { waitUntil } from '@sweepd/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openTrialConsumer, openTrialQueue, QueueError } from '../src/index.js'
import { Gate } from './gate.js'
import { OpenEnds } from './open-ends.js'
import { jobsOf, type QueueFixture, trialIds } from './queue-fixture.js'

/** What every backend of the queue must do. */
export function describeTrialQueue(title: string, openFixture: () => Promise<QueueFixture>): void {
  describe(title, () => {
    let fixture: QueueFixture
    let ends: OpenEnds
    const taken: string[] = []
    const take = async ({ trialId }: { trialId: string }) => void taken.push(trialId)

    beforeAll(async () => {
      fixture = await openFixture()
    })
    afterAll(() => fixture?.server.stop())
    beforeEach(async () => {
      await fixture.wipe()
      taken.length = 0
      ends = new OpenEnds(fixture.connection)
    })
    afterEach(() => ends.close())

    it('starts jobs in the order of enqueueing', async () => {
      const queue = await ends.queue()
      const ids = trialIds(300)
      await queue.enqueue(jobsOf(...ids.slice(0, 2)))
      await queue.enqueue(jobsOf(...ids.slice(2)))
      await ends.consumer(take)
      await waitUntil('all jobs are taken', () => taken.length === ids.length, 20_000)
      expect(taken).toEqual(ids)
    })

    it('leaves a job that it already holds as it is', async () => {
      const queue = await ends.queue()
      await queue.enqueue(jobsOf('a', 'b', 'a'))
      await queue.enqueue([...jobsOf('b'), { trialId: 'a', attempt: 1, delayMs: 60_000 }])
      expect(await queue.countWaitingJobs()).toBe(2)
      await ends.consumer(take)
      await waitUntil('both jobs are taken', () => taken.length === 2)
      expect(taken).toEqual(['a', 'b'])
      await waitUntil('nothing is left', async () => (await queue.countWaitingJobs()) === 0)
    })

    it('takes the next attempt of a trial for a job of its own', async () => {
      const queue = await ends.queue()
      const jobs: unknown[] = []
      await queue.enqueue([
        { trialId: 'a', attempt: 1 },
        { trialId: 'a', attempt: 2 },
      ])
      await ends.consumer(async (job) => void jobs.push(job))
      await waitUntil('both attempts are taken', () => jobs.length === 2)
      expect(jobs).toEqual([
        { trialId: 'a', attempt: 1 },
        { trialId: 'a', attempt: 2 },
      ])
    })

    it('lets several producers add the same jobs in different order at once', async () => {
      const queues = await Promise.all([ends.queue(), ends.queue(), ends.queue(), ends.queue()])
      await Promise.all(queues.map((queue) => queue.enqueue(jobsOf('first'))))
      const jobs = jobsOf(...trialIds(999))
      const orders = [jobs, jobs.toReversed(), jobs, jobs.toReversed()]
      await Promise.all(queues.map((queue, index) => queue.enqueue(orders[index] ?? [])))
      expect(await queues[0]?.countWaitingJobs()).toBe(1_000)
    })

    it('holds 10,000 jobs that are added at once', async () => {
      const queue = await ends.queue()
      await queue.enqueue(jobsOf(...trialIds(10_000)))
      expect(await queue.countWaitingJobs()).toBe(10_000)
    })

    it('starts a delayed job after its delay, and others in the meantime', async () => {
      const queue = await ends.queue()
      const startedAtMs = performance.now()
      await queue.enqueue([{ trialId: 'late', attempt: 1, delayMs: 700 }, ...jobsOf('early')])
      await ends.consumer(take)
      await waitUntil('both jobs are taken', () => taken.length === 2)
      expect(taken).toEqual(['early', 'late'])
      const elapsedMs = performance.now() - startedAtMs
      expect(elapsedMs).toBeGreaterThan(690)
      expect(elapsedMs).toBeLessThan(5_000)
    })

    it('hands out no more jobs at a time than the concurrency allows', async () => {
      const queue = await ends.queue()
      const gate = new Gate()
      let [running, most] = [0, 0]
      await ends.consumer(
        async ({ trialId }) => {
          most = Math.max(most, ++running)
          if (running === 3) gate.open()
          await gate.opened
          running--
          taken.push(trialId)
        },
        { concurrency: 3 },
      )
      await queue.enqueue(jobsOf(...trialIds(12)))
      await waitUntil('all jobs are done', () => taken.length === 12)
      expect(most).toBe(3)
    })

    it('hands a new job to an idle consumer within a second', async () => {
      const queue = await ends.queue()
      await ends.consumer(take)
      await queue.enqueue(jobsOf('first'))
      await waitUntil('the consumer is idle again', () => taken.length === 1)
      const enqueuedAtMs = performance.now()
      await queue.enqueue(jobsOf('second'))
      await waitUntil('the job is taken', () => taken.length === 2)
      expect(performance.now() - enqueuedAtMs).toBeLessThan(1_000)
    })

    it('counts jobs that a worker could take now, and tells which it does not hold', async () => {
      const queue = await ends.queue()
      const gate = new Gate()
      const delayed = { trialId: 'c', attempt: 1, delayMs: 60_000 }
      const soon = { trialId: 'd', attempt: 1, delayMs: 300 }
      await queue.enqueue([...jobsOf('a', 'b'), delayed, soon])
      await waitUntil('the short delay is over', async () => (await queue.countWaitingJobs()) === 3)
      await ends.consumer(async (job) => {
        await take(job)
        await gate.opened
      })
      await waitUntil('one job is in hand', () => taken.length === 1)
      expect(await queue.countWaitingJobs()).toBe(2)
      const other = { trialId: 'a', attempt: 2 }
      expect(await queue.listMissing([...jobsOf('a', 'b'), delayed, other, ...jobsOf('e')])).toEqual([
        other,
        ...jobsOf('e'),
      ])
      gate.open()
      await waitUntil('only the delayed job is left', async () => (await queue.countWaitingJobs()) === 0)
      expect(await queue.listMissing([delayed])).toEqual([])
    })

    it('takes a job again that has completed or failed before', async () => {
      const queue = await ends.queue()
      await ends.consumer(async (job) => {
        await take(job)
        if (job.trialId === 'bad') throw new Error('out of luck')
      })
      for (const round of [1, 2]) {
        await waitUntil('the jobs are taken again', async () => {
          if (taken.length < 2 * round) await queue.enqueue(jobsOf('good', 'bad'))
          return taken.length >= 2 * round
        })
      }
      expect(new Set(taken)).toEqual(new Set(['good', 'bad']))
      await waitUntil('the failure is reported', () => ends.errors.length > 0)
      expect(ends.errors.map(({ message }) => message)).toContain(
        'Job bad-1 failed and is dropped: out of luck',
      )
    })

    it('waits for the jobs in hand when it is closed, and takes no more', async () => {
      const queue = await ends.queue()
      const gate = new Gate()
      const finished: string[] = []
      const consumer = await ends.consumer(async (job) => {
        await take(job)
        await gate.opened
        finished.push(job.trialId)
      })
      await queue.enqueue(jobsOf('a', 'b'))
      await waitUntil('a job is in hand', () => taken.length === 1)
      const closed = consumer.close().then(() => [...finished])
      gate.open()
      expect(await closed).toEqual(['a'])
      expect(taken).toEqual(['a'])
      expect(await queue.countWaitingJobs()).toBe(1)
    })

    it('delivers a job again when its consumer is killed', async () => {
      const queue = await ends.queue()
      await queue.enqueue(jobsOf('a'))
      const program = fileURLToPath(new URL('./consumer-process.ts', import.meta.url))
      const args = ['--import', 'tsx', program, JSON.stringify(fixture.connection)]
      const victim = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
      const [line] = await once(victim.stdout, 'data')
      expect(JSON.parse(String(line))).toEqual({ trialId: 'a', attempt: 1 })
      victim.kill('SIGKILL')
      await once(victim, 'exit')
      await ends.consumer(take)
      await waitUntil('the job is delivered again', () => taken.length === 1)
    })

    it('continues after all jobs are lost', async () => {
      const queue = await ends.queue()
      const gate = new Gate()
      await ends.consumer(async (job) => {
        await take(job)
        if (job.trialId === 'in hand') await gate.opened
      })
      await queue.enqueue(jobsOf('in hand', 'forgotten'))
      await waitUntil('a job is in hand', () => taken.length === 1)
      await fixture.loseJobs()
      expect(await queue.countWaitingJobs()).toBe(0)
      expect(await queue.listMissing(jobsOf('in hand', 'forgotten'))).toHaveLength(2)
      gate.open()
      await queue.enqueue(jobsOf('new'))
      await waitUntil('the new job is taken', () => taken.length === 2)
      expect(taken).toEqual(['in hand', 'new'])
    })

    it('may be opened by several at once if nothing is prepared', async () => {
      const queues = await Promise.all([1, 2, 3, 4, 5].map(() => ends.queue()))
      await Promise.all(queues.map((queue) => queue.ping()))
    })

    describe('while its server is down', () => {
      afterEach(() => fixture.server.restart())

      it('refuses soon, naming the server and the remedy', async () => {
        const queue = await ends.queue()
        await queue.enqueue(jobsOf('kept'))
        await fixture.server.kill()
        const startedAtMs = performance.now()
        const unreachable = expect.objectContaining({
          name: 'QueueError',
          message: expect.stringMatching(/(Redis|Postgres) at 127\.0\.0\.1:\d+: .*(REDIS|DATABASE)_URL/),
        })
        await expect(queue.ping()).rejects.toEqual(unreachable)
        await expect(queue.enqueue(jobsOf('new'))).rejects.toEqual(unreachable)
        await expect(queue.countWaitingJobs()).rejects.toEqual(unreachable)
        await expect(openTrialQueue(fixture.connection)).rejects.toThrow(QueueError)
        await expect(openTrialConsumer(fixture.connection, { concurrency: 1 }, take)).rejects.toThrow(
          QueueError,
        )
        expect(performance.now() - startedAtMs).toBeLessThan(5_000)
      })

      it('can be closed', async () => {
        const queue = await ends.queue()
        const consumer = await ends.consumer(take)
        await fixture.server.kill()
        const startedAtMs = performance.now()
        await Promise.all([queue.close(), consumer.close()])
        expect(performance.now() - startedAtMs).toBeLessThan(8_000)
      })
    })

    it('continues when its server is back, with the jobs that it held', async () => {
      const queue = await ends.queue()
      const gate = new Gate()
      await ends.consumer(async (job) => {
        await take(job)
        await gate.opened
      })
      await queue.enqueue(jobsOf('in hand', 'held'))
      await waitUntil('a job is in hand', () => taken.length === 1)
      await fixture.server.kill()
      await waitUntil('the loss of the server is reported', () => ends.errors.length > 0, 20_000)
      await fixture.server.restart()
      gate.open()
      await waitUntil('the held job is taken', () => taken.includes('held'))
      await waitUntil('the producer is connected again', () =>
        queue.enqueue(jobsOf('new')).then(
          () => true,
          () => false,
        ),
      )
      await waitUntil('the new job is taken', () => taken.includes('new'))
    })
  })
}
