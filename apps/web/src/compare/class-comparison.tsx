import type { Score, TrialDetail } from '@sweepd/core'
import { Card, Empty } from '../parts/feedback'
import { ConfusionTable } from '../trial/confusion-matrix'
import { TrialMark } from './compare-page'

type Scored = TrialDetail & { readonly score: Score }
const isScored = (trial: TrialDetail): trial is Scored => trial.score !== null

/** F1 of each class, side by side; the best of a class is bold. */
export function PerClassComparison({ trials }: { readonly trials: readonly TrialDetail[] }) {
  const scored = trials.filter(isScored)
  const labels = scored[0]?.score.perClass.map(({ label }) => label) ?? []
  return (
    <Card title="F1 by class" note={`of the ${scored.length} trials that are scored on the test images`}>
      {scored.length === 0 ? (
        <Empty>None of these trials has been scored on the test images yet.</Empty>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <section className="scroll" tabIndex={0} aria-label="F1 by class">
          <table className="lined">
            <thead>
              <tr>
                <th scope="col">class</th>
                {scored.map((trial) => (
                  <th key={trial.id} scope="col" className="number">
                    <TrialMark trial={trial} />
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {labels.map((label, index) => {
                const values = scored.map(({ score }) => score.perClass[index]?.f1 ?? 0)
                const best = Math.max(...values)
                return (
                  <tr key={label}>
                    <th scope="row">{label}</th>
                    {scored.map((trial, column) => (
                      <td key={trial.id} className="number">
                        {values[column] === best ? (
                          <strong>{values[column]?.toFixed(3)}</strong>
                        ) : (
                          values[column]?.toFixed(3)
                        )}
                      </td>
                    ))}
                  </tr>
                )
              })}
            </tbody>
          </table>
        </section>
      )}
    </Card>
  )
}

/** Where the second scored trial decides otherwise than the first, in images. */
export function MatrixDifference({ trials }: { readonly trials: readonly TrialDetail[] }) {
  const [first, second] = trials.filter(isScored)
  if (first === undefined || second === undefined) return null
  const labels = first.score.perClass.map(({ label }) => label)
  const rows = subtract(second.score.confusionMatrix, first.score.confusionMatrix)
  const largest = Math.max(1, ...rows.flat().map(Math.abs))
  return (
    <Card
      title={`Confusion, trial ${second.number} minus trial ${first.number}`}
      note="in test images; green is better, red is worse"
      footer={trials.filter(isScored).length > 2 ? 'The first two scored trials are compared.' : undefined}
    >
      <ConfusionTable
        name="Difference of the confusion matrices"
        caption="Change in test images by true class (rows) and predicted class (columns)"
        labels={labels}
        renderCell={(row, column) => {
          const change = rows[row]?.[column] ?? 0
          const isGood = row === column ? change > 0 : change < 0
          const strength = Math.round((50 * Math.abs(change)) / largest)
          return (
            <td
              key={labels[column]}
              style={{
                background: `color-mix(in oklab, var(${isGood ? '--good' : '--bad'}) ${strength}%, var(--surface))`,
              }}
            >
              {change === 0 ? <span className="soft">0</span> : change > 0 ? `+${change}` : `−${-change}`}
            </td>
          )
        }}
      />
    </Card>
  )
}

/** Entry by entry, `a` minus `b`. */
const subtract = (a: Score['confusionMatrix'], b: Score['confusionMatrix']): number[][] =>
  a.map((row, index) => row.map((count, column) => count - (b[index]?.[column] ?? 0)))
