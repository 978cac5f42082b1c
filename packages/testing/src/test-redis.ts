import { findRedisServer, startRedisProcess } from './redis-process.js'
import { hasContainerEngine, startTestContainer } from './test-container.js'
import type { TestServer } from './test-server.js'

const REMEDY = 'install redis-server (Debian: apt-get install redis-server) or start Docker'

/**
 * Why Redis is unavailable, for the title of the tests that are skipped for it; undefined if it is available. Throws
 * instead if `CI` is `true`, where these tests must run.
 */
export async function findRedisFault(): Promise<string | undefined> {
  if (findRedisServer() !== undefined || (await hasContainerEngine())) return undefined
  const fault = `no Redis here: ${REMEDY}`
  if (process.env['CI'] === 'true') throw new Error(`${fault}. In CI, tests on Redis are not skipped.`)
  return fault
}

/** Starts a Redis, append-only and without eviction: in a container, else `redis-server` from the PATH. */
export async function startTestRedis(): Promise<TestServer> {
  if (await hasContainerEngine()) return startRedisContainer()
  const program = findRedisServer()
  if (program === undefined) throw new Error(`There is no Redis for the tests: ${REMEDY}.`)
  return startRedisProcess(program)
}

function startRedisContainer(): Promise<TestServer> {
  return startTestContainer({
    image: 'redis:7-alpine',
    port: 6379,
    command: ['redis-server', '--appendonly', 'yes', '--maxmemory-policy', 'noeviction'],
    readyLine: [/Ready to accept connections/, 1],
    toUrl: (host, port) => `redis://${host}:${port}`,
  })
}
