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
  takeNext,
} from '../../test/create-memory-ports.js'
import { finishTrial, releaseTrial, reportEpoch } from '../trials/report-attempt.js'
import { cancelSweep, pauseSweep, resumeSweep } from './change-sweep.js'

describe('pauseSweep', () => {
  it('says why the sweep is paused, and is the same when asked for again', async () => {
    const ports = createMemoryPorts()
    const { id } = await createRates(ports, 2)
    const paused = await pauseSweep(ports, id)
    const pauseReason = 'on request'
    expect(paused).toMatchObject({ state: 'paused', pauseReason })
    expect(await pauseSweep(ports, id)).toEqual(paused)
  })

  it('starts nothing, though jobs are left', async () => {
    const ports = createMemoryPorts()
    const { id } = await createRates(ports, 2)
    await pauseSweep(ports, id)
    expect(await takeNext(ports)).toBeUndefined()
  })

  it('has a running trial given back after its epoch, which goes on at the next one once resumed', async () => {
    const ports = createMemoryPorts()
    const { id } = await createRates(ports, 1)
    const trial = await startNext(ports)
    await pauseSweep(ports, id)
    expect(await reportEpoch(ports, trial, EPOCH, Uint8Array.of(1), LEASE_MS)).toBe('pause')
    expect(await releaseTrial(ports, trial, 'paused')).toBe(true)
    expect(await takeNext(ports)).toBeUndefined()
    await resumeSweep(ports, id)
    expect(await startNext(ports)).toMatchObject({ attempt: 2, epochsDone: 1, checkpoint: Uint8Array.of(1) })
  })

  it('lets a trial end whose last epoch was under way, and completes the sweep with it', async () => {
    const ports = createMemoryPorts()
    const { id } = await createRates(ports, 1, { fixed: { epochs: 1 } })
    const trial = await startNext(ports)
    await pauseSweep(ports, id)
    expect(await reportEpoch(ports, trial, EPOCH, undefined, LEASE_MS)).toBe('continue')
    expect(await finishTrial(ports, trial, SCORE, EPOCH)).toBe(true)
    expect(await ports.store.findSweep(id)).toMatchObject({ state: 'completed', pauseReason: null })
  })

  it('refuses a sweep that has ended, naming its state', async () => {
    const ports = createMemoryPorts()
    const { sweepId } = await completeOneTrial(ports)
    const refusal = pauseSweep(ports, sweepId)
    await expect(refusal).rejects.toBeInstanceOf(ConflictError)
    await expect(refusal).rejects.toThrow(
      `The sweep ${sweepId} is completed: only a running sweep can be paused.`,
    )
    const { id } = await createRates(ports, 1)
    await cancelSweep(ports, id)
    await expect(pauseSweep(ports, id)).rejects.toThrow(`The sweep ${id} is cancelled`)
  })

  it('does not know a sweep that there is not', async () => {
    await expect(pauseSweep(createMemoryPorts(), 'nothing')).rejects.toBeInstanceOf(NotFoundError)
  })
})
