import type { CurvesQuery, PointsQuery } from '@sweepd/client'
import type { Sweep, SweepPoints } from '@sweepd/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useTopics } from '../live/live'
import { api } from './api'
import { isLive, refreshOften, refreshSlowly, refreshSometimes, refreshSweep, refreshTrial } from './refresh'

// Everything that pages read. Events write into the same keys, or have them read again (../live/apply-event.ts); without
// events they are read again regularly.

/** Sweeps on a first page. */
export const SWEEPS_SHOWN = 50
/** Points that charts draw at most: so many of the best, and of an even sample. */
const BEST_DRAWN = 200
const SAMPLE_DRAWN = 2000

type Live = Pick<Sweep, 'id' | 'state' | 'trialCounts' | 'objective'>

/** The newest sweeps. */
export function useSweeps() {
  useTopics('sweeps')
  return useQuery({
    queryKey: ['sweeps'],
    queryFn: ({ signal }) => api.listSweeps({ limit: SWEEPS_SHOWN }, { signal }),
    refetchInterval: ({ state }) => (state.data?.items.some(isLive) ? refreshOften() : refreshSometimes()),
  })
}

/** One sweep. */
export function useSweep(id: string, isEnabled = true) {
  useTopics(...(isEnabled ? [`sweep:${id}` as const] : []))
  return useQuery({
    queryKey: ['sweep', id],
    queryFn: ({ signal }) => api.getSweep(id, { signal }),
    refetchInterval: ({ state }) => refreshSweep(state.data),
    enabled: isEnabled,
  })
}

/** A stretch of a sweep's trials, by column. */
export const usePoints = (sweep: Live, query: PointsQuery, isEnabled = true) =>
  useQuery({
    queryKey: ['points', sweep.id, query],
    queryFn: ({ signal }) => api.listPoints(sweep.id, query, { signal }),
    refetchInterval: () => refreshSweep(sweep),
    placeholderData: keepPreviousData,
    enabled: isEnabled,
  })

/** What charts draw of a sweep: the best, and an even sample of the rest, each trial once. */
export function useDrawnPoints(sweep: Live) {
  return useQuery({
    queryKey: ['drawn', sweep.id],
    queryFn: async ({ signal }) => {
      const sample = await api.listPoints(sweep.id, { sort: 'spread', limit: SAMPLE_DRAWN }, { signal })
      if (sample.total <= SAMPLE_DRAWN) return sample
      const best = await api.listPoints(sweep.id, { limit: BEST_DRAWN }, { signal })
      return mergePoints(best, sample)
    },
    refetchInterval: () => refreshSlowly(sweep),
  })
}

/** Both, those of `first` in front; a trial that is in both is taken once. */
function mergePoints(first: SweepPoints, second: SweepPoints): SweepPoints {
  const seen = new Set(first.id)
  const isNew = second.id.map((id) => !seen.has(id))
  const join = <T>(a: readonly T[], b: readonly T[]): T[] => [...a, ...b.filter((_, index) => isNew[index])]
  const joinAll = <T extends Record<string, unknown[] | undefined>>(a: T, b: T): T =>
    Object.fromEntries(Object.keys(a).map((name) => [name, join(a[name] ?? [], b[name] ?? [])])) as T
  const { total, matching, offset, metrics, hyperparameters, ...columns } = first
  const { total: _, matching: __, offset: ___, metrics: m, hyperparameters: h, ...others } = second
  return {
    ...{ total, matching, offset },
    ...joinAll(columns as Record<string, unknown[]>, others as Record<string, unknown[]>),
    metrics: joinAll(metrics, m),
    hyperparameters: joinAll(hyperparameters, h),
  } as SweepPoints
}

/** Learning curves. */
export const useCurves = (sweep: Live, query: CurvesQuery, isEnabled = true) =>
  useQuery({
    queryKey: ['curves', sweep.id, query],
    queryFn: ({ signal }) => api.listCurves(sweep.id, query, { signal }),
    refetchInterval: () => refreshSweep(sweep),
    placeholderData: keepPreviousData,
    enabled: isEnabled,
  })

/** Who worked on what while the sweep ran. */
export const useTimeline = (sweep: Live) =>
  useQuery({
    queryKey: ['timeline', sweep.id],
    queryFn: ({ signal }) => api.getTimeline(sweep.id, { signal }),
    refetchInterval: () => refreshSlowly(sweep),
  })

/** One trial with all that is known of it. */
export function useTrial(id: string) {
  useTopics(`trial:${id}`)
  return useQuery({
    queryKey: ['trial', id],
    queryFn: ({ signal }) => api.getTrial(id, { signal }),
    refetchInterval: ({ state }) => refreshTrial(state.data),
  })
}

/** Several trials, in the order of the ids. */
export function useTrials(ids: readonly string[]) {
  useTopics(...ids.map((id) => `trial:${id}` as const))
  return useQuery({
    queryKey: ['trials', ids],
    queryFn: ({ signal }) => Promise.all(ids.map((id) => api.getTrial(id, { signal }))),
    refetchInterval: ({ state }) =>
      state.data?.some(({ state }) => state === 'running') ? refreshOften() : refreshSometimes(),
    placeholderData: keepPreviousData,
    enabled: ids.length > 0,
  })
}

/** Every worker. */
export function useWorkers() {
  useTopics('workers')
  return useQuery({
    queryKey: ['workers'],
    queryFn: ({ signal }) => api.listWorkers({ signal }),
    refetchInterval: refreshOften,
  })
}
