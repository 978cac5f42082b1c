import { runAfterOurEnd } from '@sweepd/process'
import type { ServerIdentity } from './server-identity.js'

/**
 * Has Postgres shut down in order (SIGINT: fast shutdown) once this process is gone, even after kill -9. Returns how to
 * call it off. Windows has no such signals: there Postgres is killed at our `exit` event and recovers at its next start.
 */
export function stopWithUs(pid: number, { user }: ServerIdentity): () => void {
  if (process.platform === 'win32') return stopAtExit(pid)
  return runAfterOurEnd('kill -INT "$0"', String(pid), user)
}

function stopAtExit(pid: number): () => void {
  const kill = () => {
    process.kill(pid)
  }
  process.once('exit', kill)
  return () => process.off('exit', kill)
}
