/** How requests were answered, by status, and how long the slowest took. */
export class Tally {
  private readonly byStatus = new Map<number, number>()
  private slowestMs = 0
  total = 0

  count(status: number, ms: number): void {
    this.total += 1
    this.byStatus.set(status, (this.byStatus.get(status) ?? 0) + 1)
    this.slowestMs = Math.max(this.slowestMs, ms)
  }

  /** One line for the log of the tests. */
  describe(): string {
    const counts = [...this.byStatus]
      .sort(([a], [b]) => a - b)
      .map(([status, count]) => `${status}: ${count}`)
    const slowest = `the slowest took ${Math.round(this.slowestMs)} ms`
    return `${this.total} requests were answered (${counts.join(', ')}); ${slowest}`
  }
}
