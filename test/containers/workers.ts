import assert from 'node:assert/strict'
import { waitUntil } from '@sweepd/testing'
import { docker, POLL_MS } from './docker.js'
import type { Container, Stack } from './stack.js'

interface Worker {
  readonly id: string
  readonly host: string
  readonly state: string
  readonly trials: readonly unknown[]
}

/** A replica starts its engine and loads its data set on a busy machine. */
const LIMIT_MS = 120_000

/** Ends the worker's own process: `docker kill` would count as a wish that it stays down. */
const KILL_WORKER = `
const { readdirSync, readFileSync } = require('node:fs')
for (const pid of readdirSync('/proc').filter(Number)) {
  try {
    if (readFileSync('/proc/' + pid + '/cmdline', 'utf8').startsWith('node\\0apps/worker')) process.kill(Number(pid), 'SIGKILL')
  } catch {}
}
`

const listAlive = async (stack: Stack): Promise<Worker[]> => {
  const { items } = await stack.request<{ items: Worker[] }>('GET', '/workers')
  return items.filter(({ state }) => state === 'alive')
}

/** Waits until that many workers have heartbeats. */
export const workersAreAlive = (stack: Stack, count: number): Promise<void> =>
  waitUntil(
    `${count} workers are alive`,
    async () => (await listAlive(stack)).length === count,
    LIMIT_MS,
    POLL_MS,
  )

/** The container of a worker that trains. Its name is its host's. */
async function findBusy(stack: Stack): Promise<{ worker: Worker; container: Container }> {
  let found: { worker: Worker; container: Container } | undefined
  await waitUntil(
    'a worker trains',
    async () => {
      const [workers, containers] = [await listAlive(stack), await stack.list('worker')]
      for (const worker of workers.filter(({ trials }) => trials.length > 0)) {
        const container = containers.find(
          ({ id, state }) => state === 'running' && id.startsWith(worker.host),
        )
        if (container !== undefined) found = { worker, container }
      }
      return found !== undefined
    },
    LIMIT_MS,
    POLL_MS,
  )
  assert.ok(found)
  return found
}

/** Kills a worker amid a trial. @returns after how many seconds its container had a worker again */
export async function killOne(stack: Stack): Promise<number> {
  const { worker, container } = await findBusy(stack)
  const startedAt = performance.now()
  await docker(['exec', container.id, 'node', '-e', KILL_WORKER])
  await waitUntil(
    'the killed worker is back',
    async () => (await listAlive(stack)).some(({ id, host }) => host === worker.host && id !== worker.id),
    LIMIT_MS,
    POLL_MS,
  )
  return (performance.now() - startedAt) / 1000
}

/** Drains a worker amid a trial and waits for its end. @returns its container's id */
export async function drainOne(stack: Stack): Promise<string> {
  const { worker, container } = await findBusy(stack)
  await stack.request('POST', `/workers/${encodeURIComponent(worker.id)}/drain`)
  const find = async () => (await stack.list('worker')).find(({ id }) => id === container.id)
  await waitUntil(
    'the drained worker has ended',
    async () => (await find())?.state === 'exited',
    LIMIT_MS,
    POLL_MS,
  )
  assert.equal((await find())?.exitCode, 0)
  return container.id
}

/** Checks that a drained worker stays down while all others run. */
export async function staysDown(stack: Stack, drained: string): Promise<void> {
  const containers = await stack.list('worker')
  for (const { id, state } of containers) assert.equal(state, id === drained ? 'exited' : 'running')
}
