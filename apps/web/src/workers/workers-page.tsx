import { isPresent, type Worker } from '@sweepd/core'
import { Link } from 'wouter'
import { useDrain } from '../data/commands'
import { useWorkers } from '../data/queries'
import { Card, Empty, ErrorNotice, Loading, StateBadge } from '../parts/feedback'
import { usePageTitle } from '../shell/page-title'
import { formatAge, formatNumberOf, formatTime } from '../words/format'

/** Who trains, on what, doing what. */
export default function WorkersPage() {
  const { data, error, isPending } = useWorkers()
  usePageTitle('Workers')
  const present = data?.items.filter(isPresent) ?? []
  const gone = data?.items.filter((worker) => !isPresent(worker)) ?? []
  return (
    <>
      <div className="page-head">
        <h1>Workers</h1>
        {data && <span className="soft">{describe(present)}</span>}
      </div>
      {error && <ErrorNotice error={error} />}
      {isPending && !error && <Loading what="the workers" height={240} />}
      {data && present.length === 0 && (
        <Card title="No worker is there">
          <Empty>
            <p>
              Trials wait until one starts: <code>sweepd up</code> starts one on this machine,{' '}
              <code>docker compose up --scale worker=4</code> several.
            </p>
          </Empty>
        </Card>
      )}
      {present.map((worker) => (
        <WorkerCard key={worker.id} worker={worker} />
      ))}
      {gone.length > 0 && <GoneWorkers workers={gone} />}
    </>
  )
}

function describe(workers: readonly Worker[]): string {
  const slots = workers.reduce((sum, worker) => sum + worker.slots, 0)
  const busy = workers.reduce((sum, { trials }) => sum + trials.length, 0)
  return `${formatNumberOf(workers.length, 'worker')}, ${busy} of ${formatNumberOf(slots, 'slot')} busy`
}

function WorkerCard({ worker }: { readonly worker: Worker }) {
  const { mutate, isPending, error } = useDrain()
  const drain = () => {
    if (window.confirm(`Drain ${worker.id}? It gives its trials back at the end of their epoch, and ends.`))
      mutate(worker.id)
  }
  return (
    <Card
      title={<span className="mono">{worker.id}</span>}
      note={<StateBadge state={worker.state} />}
      end={
        (worker.state === 'alive' || worker.state === 'waiting') && (
          <button type="button" disabled={isPending} onClick={drain}>
            Drain
          </button>
        )
      }
      footer={`${worker.host}, process ${worker.pid ?? 'unknown'}, sweepd ${worker.version}, since ${formatTime(worker.startedAt)}`}
    >
      {error && <ErrorNotice error={error} />}
      <dl className="facts">
        <div>
          <dt>device</dt>
          <dd style={{ fontSize: '1rem' }}>{worker.device}</dd>
        </div>
        <div>
          <dt>engine</dt>
          <dd style={{ fontSize: '1rem' }}>{worker.engine}</dd>
        </div>
        <div>
          <dt>slots busy</dt>
          <dd>
            {worker.trials.length} of {worker.slots}
          </dd>
        </div>
        <div>
          <dt>heartbeat</dt>
          <dd style={{ fontSize: '1rem' }}>{formatAge(worker.lastSeenAt, Date.now())}</dd>
        </div>
      </dl>
      {worker.waitingReason && <p>It waits: {worker.waitingReason}.</p>}
      {worker.slotDetails.length > 0 && <SlotList slots={worker.slotDetails} />}
      <ul className="stack" style={{ listStyle: 'none', margin: '0.8rem 0 0', padding: 0 }}>
        {worker.trials.map(({ trialId, number, epochsDone, epochs, attempt }) => (
          <li key={trialId} className="row">
            <Link href={`/trials/${trialId}`} style={{ minWidth: '5rem' }}>
              trial {number}
            </Link>
            <progress
              value={epochsDone}
              max={epochs}
              aria-label={`Epochs of trial ${number}`}
              style={{ flex: '1 1 8rem' }}
            />
            <span className="soft small">
              epoch {epochsDone} of {epochs}
              {attempt > 1 && `, attempt ${attempt}`}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )
}

/** GPUs and retired slots; the slots of a worker on the CPU are alike, and stand in the facts. */
function SlotList({ slots }: { readonly slots: Worker['slotDetails'] }) {
  return (
    <ul className="soft small">
      {slots.map(({ gpu, state, detail }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: slots have no other name
        <li key={index}>
          slot {index}
          {gpu && (
            <>
              {' '}
              on <span className="mono">{gpu}</span>
            </>
          )}
          : {state}, {detail}
        </li>
      ))}
    </ul>
  )
}

function GoneWorkers({ workers }: { readonly workers: readonly Worker[] }) {
  return (
    <Card title="Gone" note={`${formatNumberOf(workers.length, 'worker')} of the last day`}>
      <div className="scroll">
        <table className="lined">
          <thead>
            <tr>
              <th scope="col">worker</th>
              <th scope="col">how</th>
              <th scope="col">device</th>
              <th scope="col">last seen</th>
            </tr>
          </thead>
          <tbody>
            {workers.map((worker) => (
              <tr key={worker.id}>
                <th scope="row" className="mono">
                  {worker.id}
                </th>
                <td>
                  <StateBadge state={worker.state} />
                </td>
                <td>{worker.device}</td>
                <td className="nowrap">{formatAge(worker.lastSeenAt, Date.now())}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  )
}
