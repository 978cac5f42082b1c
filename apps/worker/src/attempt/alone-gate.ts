interface Waiter {
  readonly isAlone: boolean
  readonly admit: () => void
}

/**
 * Lets the slots of a worker in together, or one of them alone: a readers-writer lock that prefers whoever wants to be
 * alone, so that a stream of others cannot keep it out for ever.
 */
export class AloneGate {
  private inside = 0
  private isTaken = false
  private waiters: readonly Waiter[] = []

  /** Waits while a slot is alone inside, or waits to be. Throws the signal's reason if it aborts first. */
  async enter(signal: AbortSignal): Promise<Seat> {
    return new Seat(await this.pass(false, signal), (later) => this.pass(true, later))
  }

  /** Returns how to leave. */
  private pass(isAlone: boolean, signal: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted()
      const admit = () => {
        signal.removeEventListener('abort', giveUp)
        resolve(this.admit(isAlone))
      }
      const waiter: Waiter = { isAlone, admit }
      const giveUp = () => {
        this.remove(waiter)
        reject(signal.reason)
        this.admitWaiting()
      }
      signal.addEventListener('abort', giveUp, { once: true })
      this.waiters = [...this.waiters, waiter]
      this.admitWaiting()
    })
  }

  private admitWaiting(): void {
    for (;;) {
      const next = this.waiters.find(({ isAlone }) => isAlone) ?? this.waiters[0]
      if (next === undefined || this.isTaken || (next.isAlone && this.inside > 0)) return
      this.remove(next)
      next.admit()
    }
  }

  private admit(isAlone: boolean): () => void {
    this.inside += 1
    this.isTaken = isAlone
    return () => {
      this.inside -= 1
      this.isTaken = false
      this.admitWaiting()
    }
  }

  private remove(waiter: Waiter): void {
    this.waiters = this.waiters.filter((other) => other !== waiter)
  }
}

/** A place inside the gate. */
export class Seat {
  constructor(
    private wayOut: (() => void) | undefined,
    private readonly passAlone: (signal: AbortSignal) => Promise<() => void>,
  ) {}

  /**
   * Waits until everybody else has left, and keeps them out until this seat is left. It gives up its place meanwhile:
   * two that want to be alone would else wait for each other. Throws the signal's reason if it aborts first.
   */
  async becomeAlone(signal: AbortSignal): Promise<void> {
    this.leave()
    this.wayOut = await this.passAlone(signal)
  }

  /** Leaves the gate; does nothing if it was left before. */
  leave(): void {
    const { wayOut } = this
    this.wayOut = undefined
    wayOut?.()
  }
}
