/** What earlier responses made known, for later requests to name. */
export interface Known {
  /** One of the ids of sweeps, trials and workers that were returned. */
  pickId(which: number): string
  pickCursor(which: number): string
}

/** Keeps memory flat in long runs; the newest are kept. */
const MOST = 500

/** Collects ids and cursors from responses. */
export class Answered implements Known {
  private readonly ids: string[] = []
  private readonly cursors: string[] = []

  /** Notes everything in this response that has an id or is a cursor. */
  note(answer: unknown): void {
    if (typeof answer !== 'object' || answer === null) return
    const { id, nextCursor } = answer as Record<string, unknown>
    if (typeof id === 'string') remember(this.ids, id)
    if (typeof nextCursor === 'string') remember(this.cursors, nextCursor)
    for (const part of Object.values(answer)) this.note(part)
  }

  pickId(which: number): string {
    return this.ids[which % Math.max(1, this.ids.length)] ?? 'none-yet'
  }

  pickCursor(which: number): string {
    return this.cursors[which % Math.max(1, this.cursors.length)] ?? 'none-yet'
  }
}

function remember(list: string[], text: string): void {
  list.push(text)
  if (list.length > MOST) list.shift()
}
