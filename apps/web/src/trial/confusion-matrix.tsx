import type { Score } from '@sweepd/core'
import type { ReactNode } from 'react'
import { formatShare } from '../words/format'

interface ConfusionMatrixProps {
  readonly labels: readonly string[]
  readonly matrix: Score['confusionMatrix']
}

/** A matrix of so many classes fits a page; of more, what is confused most often is told in words. */
const MAX_CLASSES = 40
const MAX_PAIRS = 50

/** Which classes are taken for which, however many there are. */
export function ConfusionMatrix(props: ConfusionMatrixProps) {
  return props.labels.length > MAX_CLASSES ? <ConfusedPairs {...props} /> : <HeatMap {...props} />
}

/** The pairs of classes that are confused most often. */
function ConfusedPairs({ labels, matrix }: ConfusionMatrixProps) {
  const pairs = listConfusedPairs(matrix).slice(0, MAX_PAIRS)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="scroll" tabIndex={0} aria-label="Most confused classes">
      <table>
        <caption>
          The {pairs.length} most frequent mistakes; the matrix of {labels.length} classes is in the API
        </caption>
        <thead>
          <tr>
            <th scope="col">true class</th>
            <th scope="col">taken for</th>
            <th scope="col">images</th>
          </tr>
        </thead>
        <tbody>
          {pairs.map(({ row, column, count }) => (
            <tr key={`${row} ${column}`}>
              <th scope="row">{labels[row]}</th>
              <td>{labels[column]}</td>
              <td>
                {count} of {sum(matrix[row] ?? [])}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

/** Mistakes by how often they were made, the most frequent first. */
function listConfusedPairs(matrix: Score['confusionMatrix']) {
  return matrix
    .flatMap((counts, row) =>
      counts.flatMap((count, column) => (count > 0 && row !== column ? [{ row, column, count }] : [])),
    )
    .sort((a, b) => b.count - a.count)
}

/** A heat map that is a table: shares of each true class by colour, images in numbers. */
function HeatMap({ labels, matrix }: ConfusionMatrixProps) {
  return (
    <ConfusionTable
      name="Confusion matrix"
      caption="Test images by true class (rows) and predicted class (columns)"
      labels={labels}
      renderCell={(row, column) => {
        const counts = matrix[row] ?? []
        const count = counts[column] ?? 0
        return (
          <Cell
            key={labels[column]}
            count={count}
            share={count / Math.max(1, sum(counts))}
            isRight={row === column}
            title={`${labels[row]} taken for ${labels[column]}`}
          />
        )
      }}
    />
  )
}

interface ConfusionTableProps {
  /** For those who do not see it. */
  readonly name: string
  readonly caption: string
  readonly labels: readonly string[]
  /** A `td` with a key, for a true and a predicted class by their places in `labels`. */
  readonly renderCell: (row: number, column: number) => ReactNode
}

/** True classes down, predicted classes across; scrolls where the page is too narrow for it. */
export function ConfusionTable({ name, caption, labels, renderCell }: ConfusionTableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="scroll" tabIndex={0} aria-label={name}>
      <table className="heat">
        <caption className="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            <th scope="col" style={{ textAlign: 'left' }}>
              true ↓ predicted →
            </th>
            {labels.map((label) => (
              <th key={label} scope="col">
                <span>{label}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {labels.map((label, row) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              {labels.map((_, column) => renderCell(row, column))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Cell({
  count,
  share,
  isRight,
  title,
}: {
  readonly count: number
  readonly share: number
  readonly isRight: boolean
  readonly title: string
}) {
  // The root spreads the small shares of the mistakes, which are what one looks for.
  const strength = Math.round(100 * Math.sqrt(share) * (isRight ? 0.45 : 0.9))
  const color = isRight ? 'var(--good)' : 'var(--bad)'
  return (
    <td
      title={`${title}: ${count} (${formatShare(share)})`}
      style={{ background: `color-mix(in oklab, ${color} ${Math.min(strength, 55)}%, var(--surface))` }}
    >
      {count === 0 ? <span className="soft">0</span> : count}
    </td>
  )
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
