import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { BenchServer } from './server.js'

/** What a worker did since its last report. */
export interface WorkerReport {
  readonly trials: number
  readonly epochMs: readonly number[]
  readonly rssMib: number
}

/** Worker processes whose training ends at once, and what all of them have done. */
export class StubWorkers {
  trials = 0
  /** Milliseconds of each epoch report since they were last taken. */
  private epochMs: number[] = []
  private readonly rssMib = new Map<ChildProcess, number>()

  private constructor(private readonly children: readonly ChildProcess[]) {
    for (const child of children) child.on('message', (report: WorkerReport) => this.note(child, report))
  }

  /** Resolves when all have connected. */
  static async start(server: BenchServer, count: number, lanes: number): Promise<StubWorkers> {
    const entry = new URL('./stub-worker.ts', import.meta.url)
    const children = Array.from({ length: count }, (_, index) =>
      fork(entry, [server.databaseUrl, server.redisUrl, String(lanes), `stub-${index}`]),
    )
    const workers = new StubWorkers(children)
    await Promise.all(children.map((child) => once(child, 'message')))
    return workers
  }

  /** Those since the last call. */
  takeEpochMs(): readonly number[] {
    const taken = this.epochMs
    this.epochMs = []
    return taken
  }

  /** Of the largest of them. */
  get largestMib(): number {
    return Math.max(...this.rssMib.values())
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.children.map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return
        const exited = once(child, 'exit')
        child.send('stop')
        await exited
      }),
    )
  }

  private note(child: ChildProcess, { trials, epochMs, rssMib }: WorkerReport): void {
    this.trials += trials
    for (const ms of epochMs) this.epochMs.push(ms)
    this.rssMib.set(child, rssMib)
  }
}
