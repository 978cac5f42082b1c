import { waitUntil } from '@sweepd/testing'
import { askPostgres } from '../deployment/ask-postgres.js'
import type { Fault } from '../fault.js'
import { pick } from '../random.js'

/** A worker is silent until another attempt of one of its trials runs, and then goes on as if nothing had happened. */
export const suspendWorker: Fault = {
  name: 'suspend-worker',
  title: 'SIGSTOP of a worker past its leases, then SIGCONT',
  interrupts: true,
  async inject({ deployment: { workers, servers }, form, random }) {
    const worker = pick(random, workers)
    worker.suspend()
    try {
      await waitUntil('another attempt runs', () => isReplaced(servers.postgres.url), form.deadlineMs)
    } finally {
      worker.resume()
    }
  },
}

async function isReplaced(databaseUrl: string): Promise<boolean> {
  const rows = await askPostgres(
    databaseUrl,
    `SELECT 1 FROM attempt JOIN trial ON trial.id = attempt.trial_id
     WHERE attempt.outcome = 'expired' AND trial.state = 'running' AND trial.attempts > attempt.number`,
  )
  return rows.length > 0
}
