import { ConflictError, NotFoundError } from '@sweepd/core'
import { describe, expect, it } from 'vitest'
import {
  completeOneTrial,
  createMemoryPorts,
  createRates,
  EPOCH,
  LEASE_MS,
  startNext,
  startOneTrial,
} from '../../test/create-memory-ports.js'
import { cancelSweep } from '../sweeps/change-sweep.js'
import { retryTrial } from './change-trial.js'
import { failTrial, reportEpoch } from './report-attempt.js'

const broken = { class: 'infrastructure', message: 'the child process died' } as const
const onlyOnce = { maxAttempts: 1, backoffMs: 1 }

describe('retryTrial', () => {
  it('lets a failed trial begin anew, keeps its attempts on record, and lets its sweep run again', async () => {
    const ports = createMemoryPorts()
    const trial = await startOneTrial(ports)
    await reportEpoch(ports, trial, EPOCH, Uint8Array.of(1), LEASE_MS)
    await failTrial(ports, trial, broken, onlyOnce)
    expect(await retryTrial(ports, trial.trialId)).toMatchObject({
      state: 'queued',
      retries: 1,
      history: [],
      error: null,
      attemptHistory: [{ retry: 0, outcome: 'failed', epochs: [EPOCH] }],
    })
    expect(await ports.store.findSweep(trial.sweepId)).toMatchObject({ state: 'running' })
    expect(await startNext(ports)).toMatchObject({ attempt: 2, epochsDone: 0, checkpoint: undefined })
  })

  it('counts failures afresh', async () => {
    const ports = createMemoryPorts()
    const trial = await startOneTrial(ports)
    const twice = { maxAttempts: 2, backoffMs: 1 }
    await failTrial(ports, trial, broken, onlyOnce)
    await retryTrial(ports, trial.trialId)
    expect(await failTrial(ports, await startNext(ports), broken, twice)).toBe('retried')
    ports.pass(twice.backoffMs)
    expect(await failTrial(ports, await startNext(ports), broken, twice)).toBe('failed')
  })

  it('refuses a trial that has not failed, naming its state', async () => {
    const ports = createMemoryPorts()
    const { trialId } = await completeOneTrial(ports)
    const refusal = retryTrial(ports, trialId)
    await expect(refusal).rejects.toBeInstanceOf(ConflictError)
    await expect(refusal).rejects.toThrow(
      `The trial ${trialId} is completed: only a failed trial can be retried.`,
    )
  })

  it('refuses a failed trial of a cancelled sweep, and says to create it again', async () => {
    const ports = createMemoryPorts()
    const { id } = await createRates(ports, 2)
    const trial = await startNext(ports)
    await failTrial(ports, trial, broken, onlyOnce)
    await cancelSweep(ports, id)
    await expect(retryTrial(ports, trial.trialId)).rejects.toThrow(
      `The sweep of trial ${trial.trialId} is cancelled: its trials stay as they are; create it again to train them.`,
    )
  })

  it('does not know a trial that there is not', async () => {
    await expect(retryTrial(createMemoryPorts(), 'nothing')).rejects.toBeInstanceOf(NotFoundError)
  })
})
