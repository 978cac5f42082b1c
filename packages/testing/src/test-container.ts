import { findFreePort } from '@sweepd/process'
import type { TestServer } from './test-server.js'

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
