import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findFreePort } from '@sweepd/process'
import { waitUntil } from '@sweepd/testing'
import { docker, POLL_MS } from './docker.js'
import { imageOf, ROOT } from './images.js'

/** A container of a service. */
export interface Container {
  readonly id: string
  /** `running`, `exited`, `restarting` … */
  readonly state: string
  readonly exitCode: number
  readonly restarts: number
  readonly image: string
}

interface Reply {
  readonly status: number
  readonly body: string
}

/** Requests from inside of the api's container: the engine's network may be out of reach from here. */
const REQUEST = `
const [method, path, body] = process.argv.slice(1)
const headers = { authorization: 'Bearer ' + process.env.API_TOKEN, ...(body && { 'content-type': 'application/json' }) }
fetch('http://127.0.0.1:3000' + path, { method, headers, body, signal: AbortSignal.timeout(10000) })
  .then(async (reply) => console.log(JSON.stringify({ status: reply.status, body: await reply.text() })))
`
const READY_LIMIT_MS = 180_000

/** The compose file of the project, as an operator starts it, under a project name and image tags of its own. */
export class Stack {
  readonly project = `sweepd-test-${process.pid}`
  readonly #folder = mkdtempSync(join(tmpdir(), 'sweepd-compose-'))
  readonly #environment: Record<string, string>
  #files: string[] = []

  private constructor(port: number) {
    const token = randomBytes(24).toString('hex')
    this.#environment = { API_TOKEN: token, HOST: '127.0.0.1', PORT: String(port), LOG_LEVEL: 'info' }
  }

  static async create(): Promise<Stack> {
    return new Stack(await findFreePort())
  }

  /** Takes the compose file of this folder and the images with this tag from now on. */
  use(tag: string, folder = ROOT): void {
    const override = join(this.#folder, `${tag}.yml`)
    const services = ['api', 'worker'].map((name) => `  ${name}:\n    image: ${imageOf(name, tag)}\n`)
    writeFileSync(override, `services:\n${services.join('')}`)
    this.#files = [join(folder, 'docker-compose.yml'), override]
  }

  compose(...args: string[]): Promise<string> {
    const files = this.#files.flatMap((file) => ['--file', file])
    // Not the .env of whoever runs the tests.
    const all = ['compose', '--env-file', '/dev/null', '--project-name', this.project, ...files, ...args]
    return docker(all, { env: this.#environment, limitMs: READY_LIMIT_MS })
  }

  /** Starts what is missing, and replaces what has another image. */
  async up(...args: string[]): Promise<void> {
    await this.compose('up', '--detach', '--no-build', ...args)
    await this.becomesReady()
  }

  async becomesReady(): Promise<void> {
    const isReady = () =>
      this.send('GET', '/readyz').then(
        ({ status }) => status === 200,
        () => false,
      )
    await waitUntil('the api is ready', isReady, READY_LIMIT_MS, POLL_MS)
  }

  /** The containers of a service, those included that have ended. */
  async list(service: string): Promise<Container[]> {
    const labels = [`project=${this.project}`, `service=${service}`]
    const filters = labels.flatMap((label) => ['--filter', `label=com.docker.compose.${label}`])
    const ids = (await docker(['ps', '--all', '--quiet', ...filters])).split('\n').filter(Boolean)
    if (ids.length === 0) return []
    const format = '{{.Id}} {{.State.Status}} {{.State.ExitCode}} {{.RestartCount}} {{.Config.Image}}'
    const lines = (await docker(['inspect', '--format', format, ...ids])).split('\n')
    return lines.map((line) => {
      const [id = '', state = '', exitCode, restarts, image = ''] = line.split(' ')
      return { id, state, exitCode: Number(exitCode), restarts: Number(restarts), image }
    })
  }

  /** @throws Error if the reply is not a success */
  async request<T>(method: string, path: string, body?: unknown): Promise<T> {
    const reply = await this.send(method, path, body)
    if (reply.status >= 300) throw new Error(`${method} ${path} was refused: ${reply.status} ${reply.body}`)
    return JSON.parse(reply.body)
  }

  /** Ends all containers and removes the volumes. */
  async remove(): Promise<void> {
    if (this.#files.length > 0) await this.compose('down', '--volumes', '--timeout', '5')
    rmSync(this.#folder, { recursive: true, force: true })
  }

  private async send(method: string, path: string, body?: unknown): Promise<Reply> {
    const [api] = (await this.list('api')).filter(({ state }) => state === 'running')
    if (api === undefined) throw new Error('no api runs')
    const text = body === undefined ? [] : [JSON.stringify(body)]
    return JSON.parse(await docker(['exec', api.id, 'node', '-e', REQUEST, method, path, ...text]))
  }
}
