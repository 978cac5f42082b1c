import { setTimeout as delay } from 'node:timers/promises'
import { waitUntil } from '@sweepd/testing'
import { askPostgres } from '../deployment/ask-servers.js'
import { listTrainingChildren } from '../deployment/service.js'
import type { Fault } from '../fault.js'
import { pick } from '../random.js'

/** The process that trains dies, as when the system runs out of memory; its worker lives. */
export const killTrainingChild: Fault = {
  name: 'kill-training-child',
  title: 'kill -9 of a training child',
  interrupts: true,
  async inject({ deployment, random }) {
    const worker = pick(random, deployment.workers)
    process.kill(pick(random, await listTrainingChildren(worker.pid)), 'SIGKILL')
  },
}

/** A worker dies with its trials, and nobody starts another one. */
export const killWorker: Fault = {
  name: 'kill-worker',
  title: 'kill -9 of a worker, not replaced',
  interrupts: true,
  async inject({ deployment, random }) {
    await pick(random, deployment.workers).kill()
  },
}

/** A worker is silent until another attempt of one of its trials runs, and then continues as if nothing had happened. */
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

/** The api dies and is started again, as a supervisor does. */
export const killApi: Fault = {
  name: 'kill-api',
  title: 'kill -9 of the api, started again',
  async inject({ deployment, form }) {
    await deployment.api.kill()
    await delay(form.restartMs)
    await deployment.startApi()
  },
}

/** Postgres dies with all its processes and is started again. */
export const killPostgres: Fault = {
  name: 'kill-postgres',
  title: 'kill -9 of Postgres, started again',
  async inject({ deployment: { servers }, form }) {
    await servers.postgres.kill()
    await delay(form.restartMs)
    await servers.postgres.restart()
  },
}

/** Redis dies and is started again; what it had not written to its file yet is lost. */
export const killRedis: Fault = {
  name: 'kill-redis',
  title: 'kill -9 of Redis, started again',
  backend: 'redis',
  async inject({ deployment: { servers }, form }) {
    await servers.redis?.kill()
    await delay(form.restartMs)
    await servers.redis?.restart()
  },
}

/** Everything dies at once and is started again. */
export const cutPower: Fault = {
  name: 'cut-power',
  title: 'kill -9 of everything, started again',
  interrupts: true,
  async inject({ deployment, form }) {
    const { postgres, redis } = deployment.servers
    await Promise.all([deployment.kill(), postgres.kill(), redis?.kill()])
    await Promise.all([postgres.restart(), redis?.restart()])
    const workers = Array.from({ length: form.workers }, () => deployment.startWorker())
    await Promise.all([deployment.startApi(), ...workers])
  },
}
