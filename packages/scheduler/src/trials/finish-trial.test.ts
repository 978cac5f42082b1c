import { describe, expect, it } from 'vitest'
import {
  createMemoryPorts,
  EPOCH,
  getOnlyTrial,
  LEASE_MS,
  SCORE,
  startNext,
  startOneTrial,
} from '../../test/create-memory-ports.js'
import { reconcile } from '../queueing/reconcile.js'
import { createSweep } from '../sweeps/create-sweep.js'
import { finishTrial, reportEpoch } from './report-attempt.js'

describe('reportEpoch', () => {
  it('stores an epoch once and renews the lease', async () => {
    const ports = createMemoryPorts()
    const trial = await startOneTrial(ports)
    for (let report = 0; report < 3; report++) {
      ports.pass(LEASE_MS)
      expect(await reportEpoch(ports, trial, EPOCH, undefined, LEASE_MS)).toBe('continue')
    }
    expect(await reconcile(ports)).toMatchObject({ expired: 0 })
    expect(await getOnlyTrial(ports)).toMatchObject({ epochsDone: 1, history: [EPOCH] })
  })

  it('tells a worker to stop whose lease ran out, and keeps nothing of it', async () => {
    const ports = createMemoryPorts()
    const trial = await startOneTrial(ports)
    ports.pass(2 * LEASE_MS)
    await reconcile(ports)
    await startNext(ports)
    expect(await reportEpoch(ports, trial, EPOCH, undefined, LEASE_MS)).toBe('stop')
    expect(await getOnlyTrial(ports)).toMatchObject({ epochsDone: 0, attempts: 2 })
  })
})

describe('finishTrial', () => {
  it('ends the trial with its score, and the sweep with its last trial', async () => {
    const ports = createMemoryPorts()
    const { sweep } = await createSweep(
      ports,
      { name: 'two', space: { bn: [true, false] } },
      { maxTrials: 2 },
    )
    const [first, second] = [await startNext(ports), await startNext(ports)]
    expect(await finishTrial(ports, first, SCORE, EPOCH)).toBe(true)
    expect(await ports.store.findSweep(sweep.id)).toMatchObject({ state: 'running' })
    expect(await finishTrial(ports, second, SCORE, EPOCH)).toBe(true)
    expect(await ports.store.findSweep(sweep.id)).toMatchObject({ state: 'completed' })
    expect(await getOnlyTrial(ports)).toMatchObject({
      state: 'completed',
      score: SCORE,
      metrics: { val_acc: EPOCH.val_acc, test_acc: SCORE.test_acc },
    })
  })

  it('is refused the second time', async () => {
    const ports = createMemoryPorts()
    const trial = await startOneTrial(ports)
    await finishTrial(ports, trial, SCORE, EPOCH)
    expect(await finishTrial(ports, trial, { ...SCORE, test_acc: 1 }, EPOCH)).toBe(false)
    expect(await getOnlyTrial(ports)).toMatchObject({ score: SCORE })
  })
})
