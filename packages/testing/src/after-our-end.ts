import { spawn } from 'node:child_process'

/**
 * Has a shell run a script, with the argument as `$0`, once this process is gone, even after kill -9: the kernel then
 * closes a pipe that the shell waits for. Returns how to call it off.
 */
export function afterOurEnd(script: string, argument: string): () => void {
  const watcher = spawn('/bin/sh', ['-c', `read -r _; ${script}`, argument], {
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
