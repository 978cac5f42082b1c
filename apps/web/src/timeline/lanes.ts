import type { Span } from '@sweepd/core'

/** One slot of a worker, and the attempts that it trained in order. */
export interface Lane {
  readonly workerId: string
  /** Counted from 1 within its worker. */
  readonly slot: number
  readonly spans: readonly Span[]
}

/**
 * Attempts as lanes: attempts do not say in which slot they ran, so each takes the first lane of its worker that is
 * free. Spans must be in order of their start; `now` ends those that still run.
 */
export function toLanes(spans: readonly Span[], now: number): Lane[] {
  const workers = new Map<string, { spans: Span[]; freeAt: number }[]>()
  for (const span of spans) {
    const lanes = workers.get(span.workerId) ?? []
    workers.set(span.workerId, lanes)
    const startsAt = Date.parse(span.startedAt)
    let lane = lanes.find(({ freeAt }) => freeAt <= startsAt)
    if (lane === undefined) {
      lane = { spans: [], freeAt: 0 }
      lanes.push(lane)
    }
    lane.spans.push(span)
    lane.freeAt = endOf(span, now)
  }
  return [...workers].flatMap(([workerId, lanes]) =>
    lanes.map((lane, index) => ({ workerId, slot: index + 1, spans: lane.spans })),
  )
}

/** When the attempt ended, or now, in milliseconds. */
export const endOf = ({ finishedAt }: Pick<Span, 'finishedAt'>, now: number): number =>
  finishedAt === null ? now : Date.parse(finishedAt)

/** The share of the time from `from` to `to` in which the lanes trained, 0 to 1. */
export function busyShare(lanes: readonly Lane[], from: number, to: number): number {
  if (lanes.length === 0 || to <= from) return 0
  const busy = lanes
    .flatMap(({ spans }) => spans)
    .reduce(
      (sum, span) =>
        sum + Math.max(0, Math.min(to, endOf(span, to)) - Math.max(from, Date.parse(span.startedAt))),
      0,
    )
  return Math.min(1, busy / ((to - from) * lanes.length))
}
