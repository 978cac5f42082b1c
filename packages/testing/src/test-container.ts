import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { findFreePort } from '@sweepd/process'
import type { TestServer } from './test-server.js'

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

/** What to run in a container. */
export interface ContainerRecipe {
  readonly image: string
  readonly port: number
  readonly command?: readonly string[]
  readonly environment?: Record<string, string>
  /** Printed once the server is ready, that many times. */
  readonly readyLine: readonly [line: RegExp, times: number]
  readonly toUrl: (host: string, port: number) => string
}

/** Starts a container whose port is bound to a fixed one of this machine, so that a restart keeps the address. */
export async function startTestContainer(recipe: ContainerRecipe): Promise<TestServer> {
  const { GenericContainer, getContainerRuntimeClient, Wait } = await import('testcontainers')
  const port = await findFreePort()
  const started = await new GenericContainer(recipe.image)
    .withExposedPorts({ container: recipe.port, host: port })
    .withEnvironment(recipe.environment ?? {})
    .withCommand([...(recipe.command ?? [])])
    .withWaitStrategy(Wait.forLogMessage(...recipe.readyLine))
    .start()
  const { container: engine } = await getContainerRuntimeClient()
  const container = engine.getById(started.getId())
  let stopped: Promise<unknown> | undefined
  return {
    url: recipe.toUrl(started.getHost(), port),
    kill: async () => {
      if ((await container.inspect()).State.Running) await container.kill()
    },
    restart: () => container.start(),
    stop: async () => {
      stopped ??= started.stop()
      await stopped
    },
  }
}
