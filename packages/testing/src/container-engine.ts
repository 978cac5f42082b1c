import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'

/**
 * Whether Docker, or a substitute, responds. Importing testcontainers takes a second or two, so it is done only if there
 * is a sign of an engine; a `docker` on the PATH is none.
 */
export async function hasContainerEngine(): Promise<boolean> {
  if (!isEngineLikely()) return false
  const { getContainerRuntimeClient } = await import('testcontainers')
  return getContainerRuntimeClient().then(
    () => true,
    () => false,
  )
}

function isEngineLikely(): boolean {
  const { DOCKER_HOST, XDG_RUNTIME_DIR } = process.env
  if (DOCKER_HOST !== undefined || process.platform === 'win32') return true
  const folders = ['/var/run', '/run', path.join(homedir(), '.docker/run'), XDG_RUNTIME_DIR ?? '/run']
  return (
    folders.some((folder) => existsSync(path.join(folder, 'docker.sock'))) ||
    existsSync(path.join(homedir(), '.testcontainers.properties'))
  )
}
