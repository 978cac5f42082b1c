import type { Outcome } from '../run-sweep.js'

/** What is wrong with the trials of a sweep: each planned point is there once, completed, with each epoch once. */
export function checkTrials({ sweep, trials }: Outcome, planned: number): string[] {
  return [
    ...complain(sweep.state !== 'completed', `the sweep is ${sweep.state}`),
    ...complain(trials.length !== planned, `${trials.length} trials of ${planned}`),
    ...complain(
      new Set(trials.map(({ hyperparameters }) => JSON.stringify(hyperparameters))).size !== trials.length,
      'two trials of one point',
    ),
    ...checkAccounting(sweep.accounting, planned),
    ...trials.flatMap((trial) => checkTrial(trial).map((fault) => `trial ${trial.number}: ${fault}`)),
  ]
}

function checkAccounting(accounting: Outcome['sweep']['accounting'], planned: number): string[] {
  const { completed, failed, duplicates } = accounting
  const isRight = accounting.planned === planned && completed === planned && failed === 0 && duplicates === 0
  return complain(!isRight, `its accounting is ${JSON.stringify(accounting)}`)
}

function checkTrial(trial: Outcome['trials'][number]): string[] {
  const { state, history, epochsDone, attemptHistory, attempts, score } = trial
  const epochs = history.map(({ epoch }) => epoch)
  const outcomes = attemptHistory.map(({ outcome }) => outcome)
  return [
    ...complain(state !== 'completed', `it is ${state}`),
    ...complain(score === null, 'it has no score'),
    ...complain(
      epochs.some((epoch, index) => epoch !== index + 1),
      `its epochs are ${epochs}`,
    ),
    ...complain(
      String(attemptHistory.flatMap((attempt) => attempt.epochs.map(({ epoch }) => epoch))) !==
        String(epochs),
      'the epochs of its attempts are not those of its history',
    ),
    ...complain(epochs.length !== epochsDone, `${epochsDone} epochs done, ${epochs.length} in its history`),
    ...complain(
      attemptHistory.some(({ number }, index) => number !== index + 1) || attempts !== attemptHistory.length,
      `${attempts} attempts, of which ${attemptHistory.map(({ number }) => number)} are known`,
    ),
    ...complain(
      outcomes.at(-1) !== 'completed' || outcomes.slice(0, -1).some((outcome) => !INTERRUPTED.has(outcome)),
      `its attempts ended ${outcomes}`,
    ),
  ]
}

/** How an attempt may end that was not the trial's last. */
const INTERRUPTED: ReadonlySet<string> = new Set(['failed', 'expired', 'released'])

const complain = (isWrong: boolean, fault: string): string[] => (isWrong ? [fault] : [])
