import type { LoggedChange, LogPlace } from '@sweepd/scheduler'

/**
 * Place of one piece of news. A line of the log may be news twice, as its trial (`2 × id`) and as its sweep, whose counts
 * changed with it (`2 × id + 1`). As text it is the id of an event: whoever has read that has read all before it.
 */
export interface NewsMark {
  readonly xid: bigint
  readonly n: bigint
}

export const formatMark = ({ xid, n }: NewsMark): string => `${xid}-${n}`

/** The place that an id of an event stands for; undefined for a text that is none. */
export function parseMark(text: string): NewsMark | undefined {
  const [, xid, n] = /^(\d{1,18})-(\d{1,18})$/.exec(text) ?? []
  return xid === undefined || n === undefined ? undefined : { xid: BigInt(xid), n: BigInt(n) }
}

export function isAfter(a: NewsMark, b: NewsMark): boolean {
  return a.xid === b.xid ? a.n > b.n : a.xid > b.xid
}

/** Where to read the log on: the line of the mark is read again, as half of it may be news still. */
export const toPlace = ({ xid, n }: NewsMark): LogPlace => ({ xid, id: n >> 1n })

/** The mark just before a place of the log. */
export const toMark = ({ xid, id }: LogPlace): NewsMark => ({ xid, n: id === 0n ? 0n : 2n * id - 1n })

/** Something to tell; what it is now is read when it is told. */
export interface News {
  readonly mark: NewsMark
  readonly kind: LoggedChange['kind']
  readonly sweepId: string
  readonly trialId: string | null
}

/** Trials of one sweep that are told one by one; if more changed, that is told in one sentence. */
const MAX_TRIALS = 100

/**
 * Collects what changed, in order. Each thing is told once, at the place of its last change: so whoever continues from
 * any mark gets everything that changed after it, and nothing else.
 */
export class NewsSheet {
  private readonly news = new Map<string, News>()
  private readonly trials = new Map<string, Set<string>>()

  add({ xid, id, kind, sweepId, trialId }: LoggedChange): void {
    const ofTrials = { xid, n: 2n * id }
    if (kind === 'trials') this.tellTrials(sweepId, ofTrials)
    if (kind === 'trial' && trialId !== null) this.tellTrial(sweepId, trialId, ofTrials)
    this.put(sweepId, { mark: { xid, n: 2n * id + 1n }, kind: 'sweep', sweepId, trialId: null })
  }

  list(): readonly News[] {
    return [...this.news.values()]
  }

  private tellTrial(sweepId: string, trialId: string, mark: NewsMark): void {
    const told = this.trials.get(sweepId) ?? new Set()
    this.trials.set(sweepId, told.add(trialId))
    if (told.size > MAX_TRIALS || this.news.has(`${sweepId} trials`)) this.tellTrials(sweepId, mark)
    else this.put(trialId, { mark, kind: 'trial', sweepId, trialId })
  }

  private tellTrials(sweepId: string, mark: NewsMark): void {
    for (const trialId of this.trials.get(sweepId) ?? []) this.news.delete(trialId)
    this.trials.delete(sweepId)
    this.put(`${sweepId} trials`, { mark, kind: 'trials', sweepId, trialId: null })
  }

  /** Last, whatever its place was. */
  private put(key: string, news: News): void {
    this.news.delete(key)
    this.news.set(key, news)
  }
}
