import { setTimeout as delay } from 'node:timers/promises'
import type { SweepClient } from '@sweepd/client'

/** What can tell that something has changed; an API that cannot is asked again and again. */
export type NewsSource = Partial<Pick<SweepClient, 'events'>>

/** Listens to the events of one sweep until it is closed. */
export class SweepNews {
  private readonly stop = new AbortController()
  private isStreaming = false
  private hasNews = false
  private wake = () => {}

  constructor(source: NewsSource, sweepId: string) {
    if (source.events !== undefined) void this.listen(source.events, sweepId)
  }

  /** Whether whatever changes is told; if not, looking is the only way to find out. */
  get isLive(): boolean {
    return this.isStreaming
  }

  /** Whether there was news since the last call, or there is some within this time. */
  async wait(ms: number, signal: AbortSignal): Promise<boolean> {
    const timer = new AbortController()
    const both = AbortSignal.any([signal, timer.signal])
    this.wake = () => timer.abort()
    if (!this.hasNews) await delay(ms, undefined, { signal: both }).catch(() => {})
    signal.throwIfAborted()
    const { hasNews } = this
    this.hasNews = false
    return hasNews
  }

  close(): void {
    this.stop.abort()
  }

  private async listen(events: SweepClient['events'], sweepId: string): Promise<void> {
    try {
      for await (const { name } of events({ topics: [`sweep:${sweepId}`], signal: this.stop.signal }))
        this.tell(name !== 'broken')
    } catch {
      // Refused: by an older API, or a proxy. Looking says what is wrong, if that is refused, too.
    }
    this.tell(false)
  }

  private tell(isStreaming: boolean): void {
    this.isStreaming = isStreaming
    this.hasNews = true
    this.wake()
  }
}
