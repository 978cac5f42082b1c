import { HYPERPARAMETER_NAMES, type Hyperparameters, type Trial } from '@sweepd/core'
import { Link } from 'wouter'
import { formatValue } from '../words/format'

interface HyperparameterTableProps {
  readonly hyperparameters: Hyperparameters
  /** The best trial of the sweep, unless this is it. */
  readonly best: Trial | undefined
  /** Those that the sweep varies, which come first. */
  readonly varied: readonly string[]
}

/** Every hyperparameter, and where the sweep's best trial differs. */
export function HyperparameterTable({ hyperparameters, best, varied }: HyperparameterTableProps) {
  const names = [...HYPERPARAMETER_NAMES].sort(
    (a, b) => Number(varied.includes(b)) - Number(varied.includes(a)),
  )
  return (
    <div className="scroll">
      <table className="lined">
        <thead>
          <tr>
            <th scope="col">hyperparameter</th>
            <th scope="col">this trial</th>
            {best && (
              <th scope="col">
                best, <Link href={`/trials/${best.id}`}>trial {best.number}</Link>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {names.map((name) => {
            const differs =
              best && JSON.stringify(best.hyperparameters[name]) !== JSON.stringify(hyperparameters[name])
            return (
              <tr key={name}>
                <th scope="row">{varied.includes(name) ? <strong>{name}</strong> : name}</th>
                <td>{formatValue(hyperparameters[name])}</td>
                {best && (
                  <td className={differs ? '' : 'soft'}>
                    {differs ? (
                      <span className="diff">{formatValue(best.hyperparameters[name])}</span>
                    ) : (
                      'same'
                    )}
                  </td>
                )}
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}
