import { findDeployedImage } from './deployed-image.js'
import { findRedisServer, startRedisProcess } from './redis-process.js'
import { canRunContainer, startTestContainer } from './test-container.js'
import type { TestServer } from './test-server.js'

const REMEDY = 'install redis-server (Debian: apt-get install redis-server) or start Docker'

/**
 * Why Redis is unavailable, for the title of the tests that are skipped for it; undefined if it is available. Throws
 * instead if `CI` is `true`, where these tests must run.
 */
export async function findRedisFault(): Promise<string | undefined> {
  if (findRedisServer() !== undefined || (await canRunContainer(findDeployedImage('redis')))) return undefined
  const fault = `no Redis here: ${REMEDY}`
  if (process.env['CI'] === 'true') throw new Error(`${fault}. In CI, tests on Redis are not skipped.`)
  return fault
}

/** Starts a Redis, append-only and without eviction: in a container, else `redis-server` from the PATH. */
export async function startTestRedis(): Promise<TestServer> {
  const contained = await startRedisContainer()
  if (contained !== undefined) return contained
  const program = findRedisServer()
  if (program === undefined) throw new Error(`There is no Redis for the tests: ${REMEDY}.`)
  return startRedisProcess(program)
}

function startRedisContainer(): Promise<TestServer | undefined> {
  return startTestContainer({
    image: findDeployedImage('redis'),
    port: 6379,
    command: ['redis-server', '--appendonly', 'yes', '--maxmemory-policy', 'noeviction'],
    // While it loads its data, it replies with an error, and redis-cli ends with 0 all the same.
    readyCommand: 'redis-cli ping | grep -q PONG',
    toUrl: (host, port) => `redis://${host}:${port}`,
  })
}
