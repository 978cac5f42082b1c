import type { Score } from '@sweepd/core'

/** Precision, recall and F1 of each class, the worst recognised first to catch the eye by its bar. */
export function PerClassTable({ perClass }: { readonly perClass: Score['perClass'] }) {
  return (
    <div className="scroll">
      <table className="lined">
        <thead>
          <tr>
            <th scope="col">class</th>
            <th scope="col" className="number">
              precision
            </th>
            <th scope="col" className="number">
              recall
            </th>
            <th scope="col" className="number">
              F1
            </th>
            <th scope="col" className="number">
              images
            </th>
          </tr>
        </thead>
        <tbody>
          {perClass.map(({ label, precision, recall, f1, support }) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <Figure value={precision} />
              <Figure value={recall} />
              <Figure value={f1} />
              <td className="number">{support}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Figure({ value }: { readonly value: number }) {
  const width = `${100 * value}%`
  return (
    <td
      className="number"
      style={{ background: `linear-gradient(90deg, var(--accent-soft) ${width}, transparent ${width})` }}
    >
      {value.toFixed(3)}
    </td>
  )
}
