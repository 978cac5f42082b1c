import { countPlanned, type SkippedPoints, type Sweep } from '@sweepd/core'
import { lazy, Suspense } from 'react'
import { Link } from 'wouter'
import { useSweep } from '../data/queries'
import { isLive } from '../data/refresh'
import { useSearchState } from '../data/search-state'
import { ErrorNotice, Loading, StateBadge } from '../parts/feedback'
import { ProgressMeter } from '../parts/progress-meter'
import { usePageTitle } from '../shell/page-title'
import { formatRemaining, tookMs } from '../sweeps/sweeps-page'
import { formatDuration, formatMetric, formatShare, formatTime, metricWords } from '../words/format'
import { DefinitionView } from './definition-view'
import { Leaderboard } from './leaderboard'
import { SweepActions } from './sweep-actions'

const ChartsView = lazy(() => import('./charts-view'))
const TimelineView = lazy(() => import('../timeline/timeline-view'))

const VIEWS = {
  leaderboard: 'Leaderboard',
  charts: 'Charts',
  timeline: 'Timeline',
  definition: 'Definition',
} as const
type View = keyof typeof VIEWS

const isView = (name: string | null): name is View => name !== null && Object.hasOwn(VIEWS, name)

/** One sweep: how far it is, what is best so far, and one of its views. */
export default function SweepPage({ id }: { readonly id: string }) {
  const { data: sweep, error } = useSweep(id)
  const [search] = useSearchState()
  const named = search.get('view')
  const view = isView(named) ? named : 'leaderboard'
  usePageTitle(
    sweep === undefined ? 'Sweep' : describeInTitle(sweep),
    sweep && isLive(sweep) ? sweep.progress : undefined,
  )
  if (sweep === undefined)
    return error ? <ErrorNotice error={error} /> : <Loading what="the sweep" height={520} />
  return (
    <>
      <p className="crumbs">
        <Link href="/">Sweeps</Link> / {sweep.name}
      </p>
      <div className="page-head">
        <h1>{sweep.name}</h1>
        <StateBadge state={sweep.state} />
        <SweepActions sweep={sweep} />
      </div>
      {error && <ErrorNotice error={error} />}
      {sweep.pauseReason !== null && <div className="notice warn">{sweep.pauseReason}</div>}
      {sweep.endReason !== null && <div className="notice">{sweep.endReason}</div>}
      {sweep.skipped.count > 0 && <SkippedNotice skipped={sweep.skipped} />}
      <SweepFacts sweep={sweep} />
      <ProgressMeter counts={sweep.trialCounts} />
      <nav className="tabs" aria-label="Views of the sweep">
        {Object.entries(VIEWS).map(([name, label]) => (
          <Link
            key={name}
            href={viewLink(sweep.id, search, name)}
            {...(name === view && { 'aria-current': 'page' as const })}
          >
            {label}
          </Link>
        ))}
      </nav>
      <Suspense fallback={<Loading what="the view" height={420} />}>
        {view === 'leaderboard' && <Leaderboard sweep={sweep} />}
        {view === 'charts' && <ChartsView sweep={sweep} />}
        {view === 'timeline' && <TimelineView sweep={sweep} />}
        {view === 'definition' && <DefinitionView sweep={sweep} />}
      </Suspense>
    </>
  )
}

function SkippedNotice({ skipped }: { readonly skipped: SkippedPoints }) {
  const [first] = skipped.points
  return (
    <div className="notice">
      {skipped.count} {skipped.count === 1 ? 'point was' : 'points were'} left out
      {first && `, such as ${JSON.stringify(first.point)}: ${first.reason}`}
    </div>
  )
}

function viewLink(id: string, search: URLSearchParams, view: string): string {
  const params = new URLSearchParams(search)
  params.set('view', view)
  return `/sweeps/${id}?${params}`
}

function describeInTitle({ name, progress, bestTrial, objective, ...sweep }: Sweep): string {
  const best = bestTrial?.metrics[objective.metric]
  const shown = best === null || best === undefined ? [] : [formatMetric(best)]
  const state = isLive({ ...sweep }) ? formatShare(progress) : sweep.state
  return [state, ...shown, name].join(' · ')
}

function SweepFacts({ sweep }: { readonly sweep: Sweep }) {
  const { objective, bestTrial } = sweep
  const ended = sweep.trialCounts.total - sweep.trialCounts.queued - sweep.trialCounts.running
  const elapsedMs = tookMs(sweep) ?? Math.max(1, Date.now() - Date.parse(sweep.createdAt))
  return (
    <dl className="facts">
      <div>
        <dt>best {metricWords(objective.metric)}</dt>
        <dd>
          {formatMetric(bestTrial?.metrics[objective.metric])}
          <small>
            {bestTrial ? (
              <Link href={`/trials/${bestTrial.id}`}>trial {bestTrial.number}</Link>
            ) : (
              'no trial has been measured yet'
            )}
          </small>
        </dd>
      </div>
      <div>
        <dt>done</dt>
        <dd>
          {formatShare(sweep.progress)}
          <small>
            {ended} of {countPlanned(sweep)} trials ended
          </small>
        </dd>
      </div>
      <div>
        <dt>{isLive(sweep) ? 'remaining' : 'took'}</dt>
        <dd>
          {isLive(sweep) ? formatRemaining(sweep.etaMs) : formatDuration(tookMs(sweep))}
          <small>
            {sweep.finishedAt === null
              ? `since ${formatTime(sweep.createdAt)}`
              : `until ${formatTime(sweep.finishedAt)}`}
          </small>
        </dd>
      </div>
      <div>
        <dt>pace</dt>
        <dd>
          {((60_000 * ended) / elapsedMs).toFixed(1)}
          <small>trials a minute, pauses included</small>
        </dd>
      </div>
      <div>
        <dt>data set</dt>
        <dd>
          {sweep.dataset}
          <small>seed {sweep.seed}</small>
        </dd>
      </div>
    </dl>
  )
}
