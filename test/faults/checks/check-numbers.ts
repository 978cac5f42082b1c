import type { Outcome } from '../run-sweep.js'

/** Where a sweep measured something else than the undisturbed one did; compared bit for bit. */
export function checkNumbers({ trials }: Outcome, undisturbed: Outcome): string[] {
  return trials.flatMap((trial) => {
    const expected = undisturbed.trials[trial.number]
    if (expected === undefined) return [`the undisturbed sweep has no trial ${trial.number}`]
    return [...listDifferences(measurementsOf(trial), measurementsOf(expected))].map(
      (difference) => `trial ${trial.number}: ${difference}`,
    )
  })
}

/** All that was measured, without the time it took. */
function measurementsOf({ hyperparameters, metrics, history, score }: Outcome['trials'][number]) {
  return { hyperparameters, metrics, score, history: history.map(({ durationMs: _, ...epoch }) => epoch) }
}

/** `Object.is` tells -0 from 0, and JSON carries every finite number to the last bit. */
function* listDifferences(actual: unknown, expected: unknown, place = ''): Generator<string> {
  if (isObject(actual) && isObject(expected)) {
    for (const key of new Set([...Object.keys(actual), ...Object.keys(expected)]))
      yield* listDifferences(actual[key], expected[key], place === '' ? key : `${place}.${key}`)
    return
  }
  if (!Object.is(actual, expected))
    yield `${place} is ${JSON.stringify(actual)}, undisturbed it was ${JSON.stringify(expected)}`
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null
