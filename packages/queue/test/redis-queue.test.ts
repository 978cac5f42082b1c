import { findRedisFault, startTestRedis } from '@sweepd/testing'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { OpenEnds } from './open-ends.js'
import type { QueueFixture } from './queue-fixture.js'
import { describeTrialQueue } from './trial-queue.contract.js'

const fault = await findRedisFault()
const title = 'the trial queue on Redis'

async function openFixture(): Promise<QueueFixture> {
  const server = await startTestRedis()
  return {
    server,
    connection: { redisUrl: server.url, databaseUrl: 'postgresql://nobody.invalid/none' },
    wipe: () => runCommand(server.url, 'FLUSHALL'),
    loseJobs: () => runCommand(server.url, 'FLUSHALL'),
  }
}

async function runCommand(url: string, ...[name = '', ...args]: string[]): Promise<void> {
  const redis = new Redis(url)
  try {
    await redis.call(name, ...args)
  } finally {
    redis.disconnect()
  }
}

describe.skipIf(fault !== undefined)(fault ?? 'with a Redis', () => {
  describeTrialQueue(title, openFixture)

  describe(`${title}, and nothing else`, () => {
    let fixture: QueueFixture
    let ends: OpenEnds
    beforeAll(async () => {
      fixture = await openFixture()
    })
    afterAll(() => fixture?.server.stop())
    beforeEach(async () => {
      await fixture.wipe()
      ends = new OpenEnds(fixture.connection)
    })
    afterEach(() => ends.close())

    it('reports an eviction policy that drops jobs', async () => {
      await runCommand(fixture.server.url, 'CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru')
      await ends.queue()
      await runCommand(fixture.server.url, 'CONFIG', 'SET', 'maxmemory-policy', 'noeviction')
      expect(ends.errors.map(({ message }) => message).join()).toMatch(/maxmemory-policy is allkeys-lru/)
    })

    it('refuses a wrong password without showing it', async () => {
      await runCommand(fixture.server.url, 'CONFIG', 'SET', 'requirepass', 'right')
      const { host } = new URL(fixture.server.url)
      const right = { ...fixture.connection, redisUrl: `redis://:right@${host}` }
      const wrong = { ...fixture.connection, redisUrl: `redis://:wr0ng@${host}` }
      try {
        const refusal = await new OpenEnds(wrong).queue().catch((error: Error) => error.message)
        expect(refusal).toContain(`Redis at ${host}: `)
        expect(refusal).toContain('WRONGPASS')
        expect(refusal).not.toContain('wr0ng')
        const owner = new OpenEnds(right)
        await (await owner.queue()).ping()
        await owner.close()
      } finally {
        await runCommand(right.redisUrl, 'CONFIG', 'SET', 'requirepass', '')
      }
    })
  })
})
