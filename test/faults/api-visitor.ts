import { setTimeout as delay } from 'node:timers/promises'

/** A request without a response by then hangs. */
const HANG_MS = 15_000

/** Between two requests. */
const PAUSE_MS = 100

/** How the requests of a visitor ended. */
export interface Visits {
  /** Requests by the status of their response. */
  readonly answers: ReadonlyMap<number, number>
  /** Requests that found no server, or lost it. */
  readonly connectionErrors: number
  /** Requests that had no end within 15 s, by path. */
  readonly hangs: readonly string[]
  readonly slowestMs: number
}

/** Asks the api for one page after the other, as a person with a dashboard does, until told to leave. */
export class ApiVisitor {
  readonly #answers = new Map<number, number>()
  readonly #hangs: string[] = []
  #connectionErrors = 0
  #slowestMs = 0
  #isLeaving = false
  readonly #tour: Promise<void>

  constructor(apiUrl: string, sweepId: string) {
    const paths = ['/readyz', `/sweeps/${sweepId}`, `/trials?sort=val_acc&sweepId=${sweepId}`, '/sweeps']
    this.#tour = this.#visit(paths.map((path) => `${apiUrl}${path}`))
  }

  /** Makes no more requests, and returns how they ended. */
  async leave(): Promise<Visits> {
    this.#isLeaving = true
    await this.#tour
    return {
      answers: this.#answers,
      connectionErrors: this.#connectionErrors,
      hangs: this.#hangs,
      slowestMs: this.#slowestMs,
    }
  }

  async #visit(urls: readonly string[]): Promise<void> {
    for (let turn = 0; !this.#isLeaving; turn++) {
      await this.#ask(urls[turn % urls.length] ?? '')
      await delay(PAUSE_MS)
    }
  }

  async #ask(url: string): Promise<void> {
    const startedAt = performance.now()
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(HANG_MS) })
      await response.arrayBuffer()
      this.#answers.set(response.status, (this.#answers.get(response.status) ?? 0) + 1)
    } catch (error) {
      if (error instanceof DOMException && error.name === 'TimeoutError')
        this.#hangs.push(new URL(url).pathname)
      else this.#connectionErrors++
    }
    this.#slowestMs = Math.max(this.#slowestMs, performance.now() - startedAt)
  }
}
