import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestProject } from 'vitest/node'
import { DatabaseMaker } from './database-maker.js'
import type {} from './test-database.js'

/**
 * vitest's global setup: lets all test files share one Postgres. It is started when the first file asks for a
 * database, so that runs without one do not wait for it, and ends with the run.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const maker = new DatabaseMaker()
  const server = createServer((_request, response) => {
    maker.create().then(
      (url) => response.end(url),
      (error) => response.writeHead(500).end(String(error)),
    )
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  project.provide('databaseMakerUrl', `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  return async () => {
    server.close()
    await maker.stop()
  }
}
