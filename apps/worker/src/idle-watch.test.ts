import { expect, it, onTestFinished } from 'vitest'
import { watchIdleness } from './idle-watch.js'

it('resolves once there was nothing to do for the time, counted from the last trial', async () => {
  const startedAt = performance.now()
  const watch = watchIdleness(1, () => performance.now() - startedAt < 600)
  onTestFinished(() => watch.stop())
  expect(await watch.isIdle).toBe('it had no trial for 1 s (WORKER_EXIT_WHEN_IDLE)')
  expect(performance.now() - startedAt).toBeGreaterThan(1300)
})

it('never resolves without a time', async () => {
  const other = new Promise((resolve) => setTimeout(resolve, 50, 'later'))
  expect(await Promise.race([watchIdleness(undefined, () => false).isIdle, other])).toBe('later')
})
