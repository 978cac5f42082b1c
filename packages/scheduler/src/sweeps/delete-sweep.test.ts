import { ConflictError, NotFoundError } from '@sweepd/core'
import { describe, expect, it } from 'vitest'
import {
  completeOneTrial,
  createMemoryPorts,
  createRates,
  EPOCH,
  LEASE_MS,
  SCORE,
  startNext,
} from '../../test/create-memory-ports.js'
import { failTrial, finishTrial, releaseTrial, reportEpoch } from '../trials/report-attempt.js'
import { cancelSweep, deleteSweep, pauseSweep } from './change-sweep.js'

describe('deleteSweep', () => {
  it('forgets a completed sweep with its trials', async () => {
    const ports = createMemoryPorts()
    const { sweepId, trialId } = await completeOneTrial(ports)
    await deleteSweep(ports, sweepId)
    expect(await ports.store.findSweep(sweepId)).toBeUndefined()
    expect(await ports.store.findTrial(trialId)).toBeUndefined()
    await expect(deleteSweep(ports, sweepId)).rejects.toBeInstanceOf(NotFoundError)
  })

  it.each(['running', 'paused'] as const)(
    'refuses a %s sweep, and says to cancel it first',
    async (state) => {
      const ports = createMemoryPorts()
      const { id } = await createRates(ports, 1)
      if (state === 'paused') await pauseSweep(ports, id)
      const refusal = deleteSweep(ports, id)
      await expect(refusal).rejects.toBeInstanceOf(ConflictError)
      await expect(refusal).rejects.toThrow(`The sweep ${id} is ${state}: cancel it first.`)
      await expect(refusal).rejects.toMatchObject({ action: { name: 'cancel', sweepId: id } })
      expect(await ports.store.findSweep(id)).toMatchObject({ state })
    },
  )

  it('refuses every report of a trial that was forgotten with its sweep', async () => {
    const ports = createMemoryPorts()
    const { id } = await createRates(ports, 1)
    const trial = await startNext(ports)
    await cancelSweep(ports, id)
    await deleteSweep(ports, id)
    const error = { class: 'infrastructure', message: 'it broke' } as const
    expect(await reportEpoch(ports, trial, EPOCH, undefined, LEASE_MS)).toBe('stop')
    expect(await finishTrial(ports, trial, SCORE, EPOCH)).toBe(false)
    expect(await failTrial(ports, trial, error, { maxAttempts: 1, backoffMs: 1 })).toBe('stale')
    expect(await releaseTrial(ports, trial)).toBe(false)
  })
})
