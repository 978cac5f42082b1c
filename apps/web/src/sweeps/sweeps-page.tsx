import type { Sweep } from '@sweepd/core'
import { Link } from 'wouter'
import { SWEEPS_SHOWN, useSweeps } from '../data/queries'
import { isLive } from '../data/refresh'
import { Card, Empty, ErrorNotice, Loading, StateBadge } from '../parts/feedback'
import { ProgressMeter } from '../parts/progress-meter'
import { usePageTitle } from '../shell/page-title'
import {
  formatAge,
  formatDuration,
  formatMetric,
  formatNumberOf,
  formatShare,
  metricWords,
} from '../words/format'

/** All sweeps, newest first. */
export function SweepsPage() {
  const { data, error, isPending } = useSweeps()
  const running = data?.items.filter(isLive) ?? []
  const [sole] = running
  usePageTitle(
    running.length === 1 && sole ? `${formatShare(sole.progress)} ${sole.name}` : 'Sweeps',
    sole?.progress,
  )
  return (
    <>
      <div className="page-head">
        <h1>Sweeps</h1>
        {data && (
          <span className="soft">
            {describe(data.items.length, data.nextCursor !== null, running.length)}
          </span>
        )}
      </div>
      {error && <ErrorNotice error={error} />}
      {isPending && !error && <Loading what="the sweeps" height={320} />}
      {data?.items.length === 0 && (
        <Card title="No sweep yet">
          <Empty>
            <p>
              A sweep trains one network for each point of a search space, and ranks them while it happens.
            </p>
            <Link className="button primary" href="/new?example=synthetic-quick">
              Start with a small example
            </Link>
          </Empty>
        </Card>
      )}
      {data && data.items.length > 0 && (
        <ul className="sweeps">
          {data.items.map((sweep) => (
            <SweepCard key={sweep.id} sweep={sweep} />
          ))}
        </ul>
      )}
    </>
  )
}

const describe = (count: number, hasMore: boolean, running: number): string =>
  `${hasMore ? `the ${SWEEPS_SHOWN} newest sweeps` : formatNumberOf(count, 'sweep')}, ${running} running`

function SweepCard({ sweep }: { readonly sweep: Sweep }) {
  const { objective, bestTrial } = sweep
  return (
    <li className="card sweep-card">
      <div className="title">
        <Link href={`/sweeps/${sweep.id}`}>{sweep.name}</Link>
        <StateBadge state={sweep.state} />
        <span className="soft small end">
          {sweep.dataset} · {formatAge(sweep.createdAt, Date.now())}
        </span>
      </div>
      <ProgressMeter counts={sweep.trialCounts} />
      <dl>
        <div>
          <dt>best {metricWords(objective.metric)}</dt>
          <dd>{formatMetric(bestTrial?.metrics[objective.metric])}</dd>
        </div>
        <div>
          <dt>done</dt>
          <dd>{formatShare(sweep.progress)}</dd>
        </div>
        <div>
          <dt>{isLive(sweep) ? 'remaining' : 'took'}</dt>
          <dd>{isLive(sweep) ? formatRemaining(sweep.etaMs) : formatDuration(tookMs(sweep))}</dd>
        </div>
      </dl>
    </li>
  )
}

/** `about 3 min 20 s`; words while there is no estimate yet. */
export const formatRemaining = (etaMs: number | null): string =>
  etaMs === null ? 'not known yet' : `about ${formatDuration(etaMs)}`

/** Milliseconds from its creation to its end, null while it has not ended. */
export const tookMs = ({ createdAt, finishedAt }: Pick<Sweep, 'createdAt' | 'finishedAt'>): number | null =>
  finishedAt === null ? null : Date.parse(finishedAt) - Date.parse(createdAt)
