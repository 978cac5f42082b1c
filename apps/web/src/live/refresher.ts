/**
 * Reads queries again after they were marked, each at its pace: again while it is being read makes it read once more after
 * that. A hidden page waits until it is looked at.
 */
export class Refresher {
  private readonly marked = new Map<string, readonly string[]>()
  private readonly busy = new Set<string>()

  constructor(
    private readonly refresh: (key: readonly string[]) => Promise<unknown>,
    private readonly paceMs: (key: readonly string[]) => number,
  ) {
    document.addEventListener('visibilitychange', () => {
      for (const key of [...this.marked.values()]) void this.work(key)
    })
  }

  mark(key: readonly string[]): void {
    this.marked.set(key.join(' '), key)
    void this.work(key)
  }

  private async work(key: readonly string[]): Promise<void> {
    const name = key.join(' ')
    if (document.visibilityState === 'hidden' || this.busy.has(name) || !this.marked.delete(name)) return
    this.busy.add(name)
    const pause = new Promise((resolve) => setTimeout(resolve, this.paceMs(key)))
    await this.refresh(key)
    await pause
    this.busy.delete(name)
    if (this.marked.has(name)) void this.work(key)
  }
}
