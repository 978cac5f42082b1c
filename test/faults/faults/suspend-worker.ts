import { setTimeout as delay } from 'node:timers/promises'
import { waitUntil } from '@sweepd/testing'
import { askPostgres } from '../deployment/ask-postgres.js'
import type { Fault } from '../fault.js'
import { pick } from '../random.js'

/** A worker is silent until its trials are others', and then goes on as if nothing had happened. */
export const suspendWorker: Fault = {
  name: 'suspend-worker',
  title: 'SIGSTOP of a worker past its leases, then SIGCONT',
  interrupts: true,
  async inject({ deployment: { workers, servers }, form, random }) {
    const worker = pick(random, workers)
    worker.suspend()
    try {
      await waitUntil('leases run out', () => hasExpired(servers.postgres.url), form.deadlineMs)
      await delay(random() * form.restartMs)
    } finally {
      worker.resume()
    }
  },
}

async function hasExpired(databaseUrl: string): Promise<boolean> {
  const rows = await askPostgres(databaseUrl, "SELECT 1 FROM attempt WHERE outcome = 'expired'")
  return rows.length > 0
}
