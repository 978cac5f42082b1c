import type { EventLog } from '@sweepd/scheduler'
import { type EventStream, formatEvent } from './event-stream.js'
import type { News } from './news.js'

/**
 * Reads what the news are about as it is now, each thing once for all streams that want it, and returns the text of
 * each event. Rows of the log hold no values: an epoch is reported hundreds of times a second, and its readers, if there
 * are any, look four times a second.
 */
export async function readNews(
  source: Pick<EventLog, 'findSweeps' | 'findTrials'>,
  news: readonly News[],
  streams: readonly EventStream[],
): Promise<(news: News) => string> {
  const wanted = news.filter((one) => streams.some((stream) => stream.wants(one)))
  const sweepIds = wanted.flatMap(({ kind, sweepId }) => (kind === 'sweep' ? [sweepId] : []))
  const trialIds = wanted.flatMap(({ trialId }) => (trialId === null ? [] : [trialId]))
  const sweeps = await (sweepIds.length === 0 ? [] : source.findSweeps(sweepIds))
  const trials = await (trialIds.length === 0 ? [] : source.findTrials(trialIds))
  const sweepOf = new Map(sweeps.map((sweep) => [sweep.id, sweep]))
  const trialOf = new Map(trials.map((trial) => [trial.id, trial]))
  const texts = new Map<News, string>()
  const write = ({ mark, kind, sweepId, trialId }: News): string => {
    const found = kind === 'sweep' ? sweepOf.get(sweepId) : trialOf.get(trialId ?? '')
    if (kind !== 'trials' && found !== undefined) return formatEvent(kind, JSON.stringify(found), mark)
    const name = kind === 'sweep' ? 'sweep-deleted' : 'trials'
    return formatEvent(name, JSON.stringify({ sweepId }), mark)
  }
  return (one) => {
    const text = texts.get(one) ?? write(one)
    texts.set(one, text)
    return text
  }
}
