import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { findFreePort } from '@sweepd/process'
import type { TestServer } from './test-server.js'
import { waitUntil } from './wait-until.js'

/** Recovery from a crash takes a second; a busy engine takes longer. */
const RESTART_LIMIT_MS = 60_000

/**
 * Whether Docker, or a substitute, responds and has this image, or can pull it. Importing testcontainers takes a second or
 * two, so it is done only if there is a sign of an engine; a `docker` on the PATH is none.
 */
export function canRunContainer(image: string): Promise<boolean> {
  const known = tried.get(image) ?? tryImage(image)
  tried.set(image, known)
  return known
}

const tried = new Map<string, Promise<boolean>>()

async function tryImage(image: string): Promise<boolean> {
  if (!isEngineLikely()) return false
  const { getContainerRuntimeClient, ImageName } = await import('testcontainers')
  try {
    const { image: images } = await getContainerRuntimeClient()
    const name = ImageName.fromString(image)
    if (!(await images.exists(name))) await images.pull(name)
    return true
  } catch {
    return false
  }
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
  /** A shell command that succeeds in the container if the server is ready. */
  readonly readyCommand: string
  readonly toUrl: (host: string, port: number) => string
}

/**
 * Starts a container whose port is bound to a fixed one of this machine, so that a restart keeps the address.
 * @returns undefined, with a warning, if the engine cannot start it: the caller has another way
 */
export async function startTestContainer(recipe: ContainerRecipe): Promise<TestServer | undefined> {
  if (!(await canRunContainer(recipe.image))) return undefined
  try {
    return await start(recipe)
  } catch (error) {
    process.emitWarning(
      `A container of ${recipe.image} does not start, so the test takes a process of this machine: ${error}`,
    )
    return undefined
  }
}

async function start(recipe: ContainerRecipe): Promise<TestServer> {
  const { GenericContainer, getContainerRuntimeClient, Wait } = await import('testcontainers')
  const port = await findFreePort()
  const started = await new GenericContainer(recipe.image)
    .withExposedPorts({ container: recipe.port, host: port })
    .withEnvironment(recipe.environment ?? {})
    .withCommand([...(recipe.command ?? [])])
    .withWaitStrategy(Wait.forSuccessfulCommand(recipe.readyCommand))
    .start()
  const { container: engine } = await getContainerRuntimeClient()
  const container = engine.getById(started.getId())
  // A container that is still starting refuses commands.
  const isReady = () =>
    started.exec(['sh', '-c', recipe.readyCommand]).then(
      ({ exitCode }) => exitCode === 0,
      () => false,
    )
  let stopped: Promise<unknown> | undefined
  return {
    url: recipe.toUrl(started.getHost(), port),
    kill: async () => {
      if ((await container.inspect()).State.Running) await container.kill()
    },
    restart: async () => {
      await container.start()
      await waitUntil(`${recipe.image} is ready again`, isReady, RESTART_LIMIT_MS)
    },
    stop: async () => {
      stopped ??= started.stop()
      await stopped
    },
  }
}
