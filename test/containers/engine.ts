import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './images.js'

/** The command that restarts the engine: the one given, else that of an engine that ../shared/containers has started. */
export function findRestart(command?: string): string | undefined {
  const { CONTAINERS_DIR: folder } = process.env
  const script = join(ROOT, '../shared/containers/up.sh')
  if (command !== undefined || folder === undefined || !existsSync(script)) return command
  const pid = `$(cat '${join(folder, 'state/engine.pid')}')`
  // SIGTERM, as when the machine goes down; up.sh starts it again with all that was running.
  return `pid=${pid}; kill $pid; while [ -e /proc/$pid ]; do sleep 0.2; done; bash '${script}'`
}

/** Runs it and waits for its end. */
export async function restartEngine(command: string): Promise<void> {
  const child = spawn('sh', ['-c', command], { stdio: ['ignore', 'ignore', 'inherit'] })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`the engine was not restarted: exit code ${code} of ${command}`)
}
