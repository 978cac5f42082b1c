import type { Deployment } from './deployment/deployment.js'
import type { Needs, QueueBackend } from './deployment/servers.js'
import type { SuiteForm } from './form.js'
import type { Random } from './random.js'

/** Where and when a fault happens. */
export interface Scene {
  readonly deployment: Deployment
  readonly form: SuiteForm
  readonly random: Random
}

/** One way in which things break. */
export interface Fault {
  /** As `--only` takes it. */
  readonly name: string
  /** For the table: what is done. */
  readonly title: string
  /** Queues that it can be done with; all, unless told. */
  readonly backend?: QueueBackend
  readonly needs?: Needs
  /** It cannot happen without interrupting an attempt: a run in which none was has proved nothing. */
  readonly interrupts?: true
  /** Why it cannot be done on this machine, or undefined. */
  findObstacle?(): string | undefined
  /** Breaks something, and mends what does not mend itself: a killed server is started again, a shut door opened. */
  inject(scene: Scene): Promise<void>
}
