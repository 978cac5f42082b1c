import { isEnded, type TrialDetail } from '@sweepd/core'
import { lazy, Suspense } from 'react'
import { Link } from 'wouter'
import { useTrialCommand } from '../data/commands'
import { useSweep, useTrial } from '../data/queries'
import { Card, Empty, ErrorNotice, Loading, StateBadge } from '../parts/feedback'
import { usePageTitle } from '../shell/page-title'
import { listVaryingAxes } from '../sweep/columns'
import { formatDuration, formatMetric, formatTime } from '../words/format'
import { AttemptTable } from './attempt-table'
import { ConfusionMatrix } from './confusion-matrix'
import { HyperparameterTable } from './hyperparameter-table'
import { PerClassTable } from './per-class-table'
import { TrialCurves } from './trial-curves'

const TryItCard = lazy(() => import('../try-it/try-it-card'))

/** One trial with all that is known of it. */
export default function TrialPage({ id }: { readonly id: string }) {
  const { data: trial, error } = useTrial(id)
  const isRunning = trial?.state === 'running'
  usePageTitle(
    trial === undefined
      ? 'Trial'
      : `Trial ${trial.number}, ${isRunning ? `epoch ${trial.epochsDone} of ${trial.epochs}` : trial.state}`,
    isRunning ? trial.epochsDone / trial.epochs : undefined,
  )
  if (trial === undefined)
    return error ? <ErrorNotice error={error} /> : <Loading what="the trial" height={520} />
  return (
    <>
      <TrialHead trial={trial} />
      {error && <ErrorNotice error={error} />}
      {trial.error && (
        <div className="notice bad">
          {trial.error.class}: {trial.error.message}
        </div>
      )}
      {trial.pruneReason !== null && <div className="notice warn">Pruned: {trial.pruneReason}</div>}
      {trial.waitingReason !== null && <div className="notice warn">{trial.waitingReason}</div>}
      <TrialFacts trial={trial} />
      <TrialCurves history={trial.history} isLive={isRunning} />
      <div className="columns">
        <HyperparameterCard trial={trial} />
        <Card title="Per class" note={trial.score ? 'on the test images' : undefined}>
          {trial.score ? (
            <PerClassTable perClass={trial.score.perClass} />
          ) : (
            <Empty>{describeMissingScore(trial)}</Empty>
          )}
        </Card>
      </div>
      {trial.score && (
        <Card
          title="Confusion matrix"
          note="test images; green: recognised, red: mistaken, by share of the true class"
        >
          <ConfusionMatrix
            labels={trial.score.perClass.map(({ label }) => label)}
            matrix={trial.score.confusionMatrix}
          />
        </Card>
      )}
      {trial.state === 'completed' && (
        <Suspense fallback={<Loading what="the trained network" height={300} />}>
          <TryItCard trial={trial} />
        </Suspense>
      )}
      <Card title="Attempts" note={`${trial.attempts} so far`}>
        {trial.attemptHistory.length === 0 ? (
          <Empty>No worker has taken this trial yet.</Empty>
        ) : (
          <AttemptTable attempts={trial.attemptHistory} />
        )}
      </Card>
    </>
  )
}

function TrialHead({ trial }: { readonly trial: TrialDetail }) {
  const { data: sweep } = useSweep(trial.sweepId)
  const { mutate, isPending, error } = useTrialCommand(trial.id)
  return (
    <>
      <p className="crumbs">
        <Link href="/">Sweeps</Link> / <Link href={`/sweeps/${trial.sweepId}`}>{sweep?.name ?? 'sweep'}</Link>{' '}
        / trial {trial.number}
      </p>
      <div className="page-head">
        <h1>Trial {trial.number}</h1>
        <StateBadge state={trial.state} />
        {sweep?.bestTrial?.id === trial.id && <span className="badge completed">best of its sweep</span>}
        <div className="actions">
          {sweep?.bestTrial && sweep.bestTrial.id !== trial.id && (
            <Link className="button" href={`/compare?trials=${trial.id},${sweep.bestTrial.id}`}>
              Compare with the best
            </Link>
          )}
          {trial.state === 'failed' && (
            <button type="button" disabled={isPending} onClick={() => mutate('retry')}>
              Retry
            </button>
          )}
          {!isEnded(trial.state) && (
            <button type="button" className="danger" disabled={isPending} onClick={() => mutate('cancel')}>
              Cancel trial
            </button>
          )}
        </div>
      </div>
      {error && <ErrorNotice error={error} />}
    </>
  )
}

function TrialFacts({ trial }: { readonly trial: TrialDetail }) {
  const { metrics } = trial
  const facts = [
    ['validation accuracy', formatMetric(metrics.val_acc), `loss ${formatMetric(metrics.val_loss)}`],
    ['test accuracy', formatMetric(metrics.test_acc), `loss ${formatMetric(metrics.test_loss)}`],
    ['training accuracy', formatMetric(metrics.acc), `loss ${formatMetric(metrics.loss)}`],
    [
      'epochs',
      `${trial.epochsDone} / ${trial.epochs}`,
      trial.retries > 0 ? `retried ${trial.retries} times` : 'done',
    ],
    [
      'time',
      formatDuration(trial.durationMs),
      trial.startedAt === null ? 'not begun' : `since ${formatTime(trial.startedAt)}`,
    ],
  ] as const
  return (
    <dl className="facts">
      {facts.map(([name, value, note]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {value}
            <small>{note}</small>
          </dd>
        </div>
      ))}
    </dl>
  )
}

function HyperparameterCard({ trial }: { readonly trial: TrialDetail }) {
  const { data: sweep } = useSweep(trial.sweepId)
  const best = sweep?.bestTrial?.id === trial.id ? undefined : sweep?.bestTrial
  return (
    <Card title="Hyperparameters" note={best ? 'marked where the best trial differs' : undefined}>
      <HyperparameterTable
        hyperparameters={trial.hyperparameters}
        best={best ?? undefined}
        varied={sweep ? listVaryingAxes(sweep) : []}
      />
    </Card>
  )
}

function describeMissingScore({ state }: TrialDetail): string {
  return state === 'running' || state === 'queued'
    ? 'The test images are scored when the trial completes.'
    : `The trial is ${state}, so that it was not scored on the test images.`
}
