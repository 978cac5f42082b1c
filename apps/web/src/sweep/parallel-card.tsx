import type { SweepPoints } from '@sweepd/core'
import { DataTable } from '../charts/data-table'
import { useSearchState } from '../data/search-state'
import { Card } from '../parts/feedback'
import { formatCount, formatMetric, formatValue } from '../words/format'
import { type Brush, type Brushes, formatBrushes, type ParallelAxis, toFilter } from './parallel-axes'
import { ParallelPlot } from './parallel-plot'

interface ParallelCardProps {
  readonly axes: readonly ParallelAxis[]
  readonly brushes: Brushes
  readonly isSelected: readonly boolean[]
  readonly points: SweepPoints
  readonly metric: keyof SweepPoints['metrics']
}

/** Parallel coordinates; what is brushed is selected in the other charts too, and can be opened in the leaderboard. */
export function ParallelCard({ axes, brushes, isSelected, points, metric }: ParallelCardProps) {
  const [, change] = useSearchState()
  const selected = isSelected.filter((flag) => flag).length
  const names = Object.keys(brushes)
  const filter = toFilter(axes, brushes)
  const setBrush = (name: string, brush: Brush | undefined) => {
    const { [name]: _, ...others } = brushes
    const next = brush === undefined ? others : { ...others, [name]: brush }
    change({ brush: formatBrushes(next) || null })
  }
  return (
    <Card
      title="Parallel coordinates"
      note={
        names.length === 0
          ? `${formatCount(points.id.length)} of ${formatCount(points.total)} trials`
          : `${formatCount(selected)} of ${formatCount(points.id.length)} drawn trials selected`
      }
      end={
        names.length === 0 ? (
          <span className="soft small">drag along an axis to select</span>
        ) : (
          <>
            {filter !== undefined && (
              <button type="button" onClick={() => change({ view: 'leaderboard', filter }, 'push')}>
                Show in the leaderboard
              </button>
            )}
            <button type="button" onClick={() => change({ brush: null })}>
              Clear
            </button>
          </>
        )
      }
      footer={
        points.id.length < points.total
          ? 'Drawn are the best trials and an even sample of the rest. The best is on top, in full colour.'
          : 'The best is on top, in full colour.'
      }
    >
      <ParallelPlot
        axes={axes}
        isSelected={isSelected}
        brushes={brushes}
        onBrush={setBrush}
        summary={`${selected} trials as lines over ${axes.map(({ name }) => name).join(', ')}`}
      />
      <BrushForm axes={axes} brushes={brushes} onBrush={setBrush} />
      <DataTable
        caption="The selected trials"
        heads={['trial', ...axes.slice(0, -1).map(({ name }) => name), metric]}
        rows={[...isSelected.keys()]
          .filter((row) => isSelected[row])
          .slice(0, 500)
          .map((row) => [
            String(points.number[row]),
            ...axes
              .slice(0, -1)
              .map(({ name }) =>
                formatValue(points.hyperparameters[name as keyof SweepPoints['hyperparameters']]?.[row]),
              ),
            formatMetric(points.metrics[metric][row]),
          ])}
      />
    </Card>
  )
}

interface BrushFormProps {
  readonly axes: readonly ParallelAxis[]
  readonly brushes: Brushes
  readonly onBrush: (name: string, brush: Brush | undefined) => void
}

/** The same brushes without a pointer. */
function BrushForm({ axes, brushes, onBrush }: BrushFormProps) {
  return (
    <details className="twin">
      <summary>Select by keyboard</summary>
      <div className="form-grid" style={{ marginTop: '0.5rem' }}>
        {axes.map((axis) => (
          <BrushFields
            key={axis.name}
            axis={axis}
            brush={brushes[axis.name]}
            onBrush={(brush) => onBrush(axis.name, brush)}
          />
        ))}
      </div>
    </details>
  )
}

function BrushFields({
  axis,
  brush,
  onBrush,
}: {
  readonly axis: ParallelAxis
  readonly brush: Brush | undefined
  readonly onBrush: (brush: Brush | undefined) => void
}) {
  const ends =
    brush ??
    (axis.choices
      ? [0, axis.choices.length - 1]
      : [Math.min(axis.valueAt(0), axis.valueAt(1)), Math.max(axis.valueAt(0), axis.valueAt(1))])
  const set = (end: 0 | 1, value: number) => {
    const next: Brush =
      end === 0 ? [value, Math.max(value, ends[1] ?? value)] : [Math.min(value, ends[0] ?? value), value]
    onBrush(next)
  }
  const field = (end: 0 | 1) => {
    const label = `${axis.name} ${end === 0 ? 'from' : 'to'}`
    return axis.choices === undefined ? (
      <input
        type="number"
        step="any"
        aria-label={label}
        value={Number((ends[end] ?? 0).toPrecision(4))}
        onChange={({ target }) => target.value !== '' && set(end, Number(target.value))}
      />
    ) : (
      <select aria-label={label} value={ends[end]} onChange={({ target }) => set(end, Number(target.value))}>
        {axis.choices.map((choice, index) => (
          <option key={JSON.stringify(choice)} value={index}>
            {formatValue(choice)}
          </option>
        ))}
      </select>
    )
  }
  return (
    <fieldset className="row" style={{ border: 0, margin: 0, padding: 0 }}>
      <legend className="small">{axis.name}</legend>
      {field(0)} – {field(1)}
    </fieldset>
  )
}
