import type { Sweep } from '@sweepd/core'
import { useMemo } from 'react'
import { useDrawnPoints } from '../data/queries'
import { useSearchState } from '../data/search-state'
import { Empty, ErrorNotice, Loading } from '../parts/feedback'
import { CurvesCard } from './curves-card'
import { EffectsCard } from './effects-card'
import { ObjectiveCard } from './objective-card'
import { buildAxes, parseBrushes, selectRows } from './parallel-axes'
import { ParallelCard } from './parallel-card'

/** Everything that is drawn of a sweep; one selection by brushing holds for all of it. */
export default function ChartsView({ sweep }: { readonly sweep: Sweep }) {
  const { data: points, error } = useDrawnPoints(sweep)
  const [search] = useSearchState()
  const brushText = search.get('brush') ?? ''
  const { space, objective } = sweep
  // By what they are made of: the sweep itself is a new object at each reading.
  const spaceText = JSON.stringify({ space, objective })
  const axes = useMemo(
    () => (points === undefined ? [] : buildAxes(JSON.parse(spaceText), points)),
    [points, spaceText],
  )
  const brushes = useMemo(() => parseBrushes(brushText), [brushText])
  const isSelected = useMemo(() => selectRows(axes, brushes, points?.id.length ?? 0), [axes, brushes, points])
  return (
    <>
      <CurvesCard sweep={sweep} />
      {error && <ErrorNotice error={error} />}
      {points === undefined && !error && <Loading what="the charts" height={600} />}
      {points?.total === 0 && <Empty>This sweep has no trials.</Empty>}
      {points && points.total > 0 && (
        <>
          <ObjectiveCard sweep={sweep} points={points} isSelected={isSelected} />
          {axes.length > 1 && (
            <ParallelCard
              axes={axes}
              brushes={brushes}
              isSelected={isSelected}
              points={points}
              metric={objective.metric}
            />
          )}
          <EffectsCard sweep={sweep} points={points} />
        </>
      )}
    </>
  )
}
