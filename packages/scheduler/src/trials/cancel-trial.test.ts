import { ConflictError, NotFoundError } from '@sweepd/core'
import { describe, expect, it } from 'vitest'
import {
  completeOneTrial,
  createMemoryPorts,
  createRates,
  EPOCH,
  LEASE_MS,
  startNext,
} from '../../test/create-memory-ports.js'
import { cancelTrial } from './change-trial.js'
import { reportEpoch } from './report-attempt.js'

describe('cancelTrial', () => {
  it('ends a trial that waits and one that runs, and the sweep with the last of them', async () => {
    const ports = createMemoryPorts()
    const { id } = await createRates(ports, 2)
    const running = await startNext(ports)
    const waiting = (await ports.store.listDetails())[1]?.id ?? ''
    expect(await cancelTrial(ports, running.trialId)).toMatchObject({
      state: 'cancelled',
      error: null,
      attemptHistory: [{ outcome: 'cancelled' }],
    })
    expect(await reportEpoch(ports, running, EPOCH, undefined, LEASE_MS)).toBe('stop')
    expect(await ports.store.findSweep(id)).toMatchObject({ state: 'running' })
    const cancelled = await cancelTrial(ports, waiting)
    expect(cancelled).toMatchObject({ state: 'cancelled', attempts: 0 })
    expect(await cancelTrial(ports, waiting)).toEqual(cancelled)
    expect(await ports.store.findSweep(id)).toMatchObject({ state: 'completed' })
  })

  it('lets the next trial of a limited sweep start', async () => {
    const ports = createMemoryPorts()
    await createRates(ports, 2, { maxParallel: 1 })
    const { trialId } = await startNext(ports)
    expect(ports.queue.listReady()).toEqual([])
    await cancelTrial(ports, trialId)
    expect(await startNext(ports)).toMatchObject({ number: 1 })
  })

  it('refuses a trial that has ended otherwise, naming its state', async () => {
    const ports = createMemoryPorts()
    const { trialId } = await completeOneTrial(ports)
    const refusal = cancelTrial(ports, trialId)
    await expect(refusal).rejects.toBeInstanceOf(ConflictError)
    await expect(refusal).rejects.toThrow(
      `The trial ${trialId} is completed: there is nothing left to cancel.`,
    )
  })

  it('does not know a trial that there is not', async () => {
    await expect(cancelTrial(createMemoryPorts(), 'nothing')).rejects.toBeInstanceOf(NotFoundError)
  })
})
