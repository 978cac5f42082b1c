import { spawn } from 'node:child_process'
import type { ServerIdentity } from './server-identity.js'

/**
 * Has Postgres shut down in order (SIGINT: fast shutdown) once this process is gone, however it went: a shell waits
 * for the end of a pipe that only we hold, which the kernel closes even after kill -9. Returns how to call it off.
 * Windows knows no such signals: there Postgres is ended with our `exit` event and recovers at its next start.
 */
export function stopWithUs(pid: number, { user }: ServerIdentity): () => void {
  if (process.platform === 'win32') return stopAtExit(pid)
  const watcher = spawn('/bin/sh', ['-c', 'read -r _; kill -INT "$0"', String(pid)], {
    ...user,
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  watcher.on('error', () => {})
  watcher.unref()
  const pipe = watcher.stdin as typeof watcher.stdin & { unref?(): void }
  pipe.unref?.()
  pipe.on('error', () => {})
  return () => {
    watcher.kill('SIGKILL')
  }
}

function stopAtExit(pid: number): () => void {
  const kill = () => {
    process.kill(pid)
  }
  process.once('exit', kill)
  return () => process.off('exit', kill)
}
