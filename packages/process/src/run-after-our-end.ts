import { spawn } from 'node:child_process'

/**
 * Has a shell run a script, with the argument as `$0`, once this process is gone, even after kill -9: the kernel then
 * closes a pipe that the shell waits for. `user` runs the shell; empty: ours does. Not on Windows, which has no such shell.
 * Returns how to call it off.
 */
export function runAfterOurEnd(
  script: string,
  argument: string,
  user: { readonly uid?: number; readonly gid?: number } = {},
): () => void {
  const watcher = spawn('/bin/sh', ['-c', `read -r _; ${script}`, argument], {
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
