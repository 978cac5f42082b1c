import { randomUUID } from 'node:crypto'
import { hashHyperparameters } from '@sweepd/core'
import { planSweep, startReconciling } from '@sweepd/scheduler'
import { waitUntil } from '@sweepd/testing'
import { pino } from 'pino'
import { onTestFinished, test } from 'vitest'
import { openTestApp } from './open-test-app.js'

/** A logger whose lines are kept. */
function recordLog() {
  const lines: { msg: string; level: number }[] = []
  return { lines, logger: pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) }) }
}

test('trials that were stored but never queued get their jobs, and a lost database is only logged', {
  timeout: 60_000,
}, async () => {
  const api = await openTestApp()
  onTestFinished(() => api.close())
  const { lines, logger } = recordLog()
  const reconciling = startReconciling(api, 20, logger)
  onTestFinished(() => reconciling.stop())

  const { definition, points } = await planSweep({ name: 'x', space: { kernel: [3, 4] } }, { maxTrials: 10 })
  const trials = points.map((hyperparameters, number) => ({
    id: randomUUID(),
    number,
    hyperparameters,
    hyperparametersHash: hashHyperparameters(hyperparameters),
  }))
  await api.store.insertSweep({ id: randomUUID(), definition }, trials)
  await waitUntil('the jobs are there', async () => (await api.queue.countWaitingJobs()) === 2)
  await waitUntil('the repair is logged', () => lines.some(({ msg }) => msg === 'repaired'))

  await api.database.drop()
  const hasFailedTwice = () => lines.filter(({ level }) => level === 50).length >= 2
  await waitUntil('it tries again after a failure', hasFailedTwice, 20_000)
})
