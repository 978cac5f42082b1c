import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { CleanUp } from '@sweepd/process'
import { findFreePort } from '@sweepd/process'
import type { SuiteForm } from '../form.js'
import type { Servers } from './servers.js'
import { Service } from './service.js'

/** An api and workers on servers of their own. */
export class Deployment {
  readonly workers: Service[] = []
  readonly apiUrl: string
  readonly #environment: Readonly<Record<string, string | undefined>>
  readonly #logFolder: string
  readonly #services: Service[] = []

  private constructor(
    readonly servers: Servers,
    apiPort: number,
    { environment, checkpointIntervalMs, slotsPerWorker, logFolder }: SuiteForm,
  ) {
    const { folder, postgres, redis, doors } = servers
    this.#logFolder = logFolder ?? folder
    this.apiUrl = `http://127.0.0.1:${apiPort}`
    this.#environment = {
      DATABASE_URL: doors?.postgres.url ?? postgres.url,
      REDIS_URL: doors?.redis?.url ?? redis?.url,
      SWEEPD_DATA_DIR: join(folder, 'data'),
      PORT: String(apiPort),
      WORKER_SLOTS: String(slotsPerWorker),
      CHECKPOINT_INTERVAL_MS: String(checkpointIntervalMs),
      ...environment,
    }
  }

  /** Starts api and workers and waits until they are ready; `cleanUp` ends them. */
  static async start(servers: Servers, form: SuiteForm, cleanUp: CleanUp): Promise<Deployment> {
    const deployment = new Deployment(servers, await findFreePort(), form)
    await mkdir(deployment.#logFolder, { recursive: true })
    cleanUp.add(() => deployment.kill())
    const workers = Array.from({ length: form.workers }, () => deployment.startWorker())
    await Promise.all([deployment.startApi(), ...workers])
    return deployment
  }

  /** The api that runs, or ran last. */
  get api(): Service {
    const api = this.#services.findLast(({ kind }) => kind === 'api')
    if (api === undefined) throw new Error('no api was started')
    return api
  }

  /** Starts the api, always at the same address. */
  async startApi(): Promise<void> {
    await this.#start('api')
  }

  /** Starts one more worker. */
  async startWorker(): Promise<void> {
    this.workers.push(await this.#start('worker'))
  }

  /** Has every process leave in order, so that nothing is reported after this; returns what ended in another way. */
  async leave(): Promise<string[]> {
    await Promise.all(this.#services.map((service) => service.stop()))
    return this.#services.flatMap(({ wrongEnd }) => wrongEnd ?? [])
  }

  /** Ends every process at once. */
  async kill(): Promise<void> {
    await Promise.all(this.#services.map((service) => service.kill()))
  }

  /** The last lines that each process wrote. */
  readLogs(): string {
    return this.#services.map((service) => `${service.kind} ${service.pid}:\n${service.readLog()}`).join('\n')
  }

  async #start(kind: Service['kind']): Promise<Service> {
    const logFile = join(this.#logFolder, `${kind}-${this.#services.length}.log`)
    const service = new Service({ kind, environment: this.#environment, logFile })
    this.#services.push(service)
    await service.becomesReady()
    return service
  }
}
