import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { findFreePort } from '@sweepd/process'
import type { BenchServer } from './server.js'

const ENTRY = new URL('../../apps/api/dist/server.js', import.meta.url)

/** The API as people run it, on a port of its own. */
export async function startApi({ databaseUrl, redisUrl }: BenchServer) {
  const port = await findFreePort()
  const child = fork(ENTRY, {
    env: {
      PATH: process.env['PATH'],
      DATABASE_URL: databaseUrl,
      REDIS_URL: redisUrl,
      PORT: String(port),
      RATE_LIMIT: '0',
      MAX_TRIALS: '1000000',
      LOG_LEVEL: 'error',
    },
    execArgv: [],
  })
  await once(child, 'message')
  return {
    url: `http://127.0.0.1:${port}`,
    /** On Linux; NaN elsewhere. */
    readRssMib: () => readRss(child.pid),
    async stop() {
      const exited = once(child, 'exit')
      child.kill('SIGTERM')
      await exited
    },
  }
}

function readRss(pid: number | undefined): number {
  try {
    return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
  } catch {
    return Number.NaN
  }
}
