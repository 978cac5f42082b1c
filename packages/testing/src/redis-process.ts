import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { findFreePort } from '@sweepd/process'
import { dieWithUs } from './end-processes.js'
import type { TestServer } from './test-server.js'
import { waitUntil } from './wait-until.js'

const PROGRAMS = ['redis-server', 'valkey-server']

/** A Redis that runs as a process of this machine. */
export interface RedisProcess extends TestServer {
  /** Of the server that runs now. */
  readonly pid: number
}

/** The Redis server on the PATH, if there is one. */
export function findRedisServer(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter)
  return folders.flatMap((folder) => PROGRAMS.map((name) => path.join(folder, name))).find(isExecutable)
}

/** Starts a Redis on a free port of 127.0.0.1, append-only and without eviction, in a temporary folder. */
export async function startRedisProcess(program: string): Promise<RedisProcess> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sweepd-redis-'))
  const port = await findFreePort()
  let server = await launch(program, folder, port)
  return {
    url: `redis://127.0.0.1:${port}`,
    get pid() {
      return server.pid ?? 0
    },
    kill: () => kill(server),
    restart: async () => {
      server = await launch(program, folder, port)
    },
    stop: async () => {
      await kill(server)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function launch(program: string, folder: string, port: number): Promise<ChildProcess> {
  const log = path.join(folder, 'redis.log')
  const server = spawn(
    program,
    [
      ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--logfile', log],
      ...['--appendonly', 'yes', '--maxmemory-policy', 'noeviction', '--save', ''],
    ],
    { stdio: 'ignore' },
  )
  const { pid } = server
  if (pid !== undefined) server.once('exit', dieWithUs(pid))
  await waitUntil('Redis answers', async () => {
    if (server.exitCode !== null) throw new Error(`Redis ended: ${await readFile(log, 'utf8')}`)
    return answersPing(port)
  })
  return server
}

async function kill(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  server.kill('SIGKILL')
  await once(server, 'exit')
}

/** While it loads its data, Redis answers -LOADING. */
function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'))
    socket.once('data', (answer) => {
      resolve(answer.toString().startsWith('+PONG'))
      socket.destroy()
    })
    socket.once('error', () => {})
    socket.once('close', () => resolve(false))
  })
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
