import { spawn } from 'node:child_process'

/**
 * Ends a process once this one is gone, even after kill -9: the kernel then closes a pipe that a shell waits for.
 * Returns how to call it off.
 */
export function dieWithUs(pid: number): () => void {
  const watcher = spawn('/bin/sh', ['-c', 'read -r _; kill -9 "$0"', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  watcher.unref()
  const pipe = watcher.stdin as typeof watcher.stdin & { unref?(): void }
  pipe.unref?.()
  return () => {
    watcher.kill('SIGKILL')
  }
}
