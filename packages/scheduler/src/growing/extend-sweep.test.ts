import { ConflictError, InvalidInputError } from '@sweepd/core'
import { describe, expect, it } from 'vitest'
import {
  createMemoryPorts,
  EPOCH,
  type MemoryPorts,
  SCORE,
  takeNext,
} from '../../test/create-memory-ports.js'
import { cancelSweep, updateSweep } from '../sweeps/change-sweep.js'
import { createSweep } from '../sweeps/create-sweep.js'
import { finishTrial } from '../trials/report-attempt.js'

const LIMITS = { maxTrials: 20 }
const RANDOM = {
  name: 'random',
  sampler: { type: 'random', trials: 2 },
  space: { lr: { min: 0.001, max: 0.1 } },
}
const GRID = { name: 'grid', space: { kernel: [3, 5], stride: [1, 2] }, fixed: { zeroPadding: true } }

/** Trains all that waits; returns the trials of the sweep. */
async function trainAll(ports: MemoryPorts) {
  while (ports.queue.listReady().length > 0) {
    const trial = await takeNext(ports)
    if (trial) await finishTrial(ports, trial, SCORE, EPOCH)
  }
  return ports.store.listDetails()
}

describe('updateSweep with more trials', () => {
  it('lets a completed sweep run again, with the points of a sweep that had asked for them at first', async () => {
    const [ports, others] = [createMemoryPorts(), createMemoryPorts()]
    const { sweep } = await createSweep(ports, RANDOM, LIMITS)
    await trainAll(ports)
    const updated = await updateSweep(ports, sweep.id, { trials: 5 }, LIMITS)
    expect(updated).toMatchObject({ state: 'running', sampler: { trials: 5 }, accounting: { planned: 5 } })
    const trials = await trainAll(ports)
    await createSweep(others, { ...RANDOM, sampler: { type: 'random', trials: 5 } }, LIMITS)
    expect(trials.map(({ hyperparameters }) => hyperparameters)).toEqual(
      (await others.store.listDetails()).map(({ hyperparameters }) => hyperparameters),
    )
    expect(await ports.store.findSweep(sweep.id)).toMatchObject({ state: 'completed' })
  })

  it('trains only the points that new values of an axis bring', async () => {
    const ports = createMemoryPorts()
    const { sweep } = await createSweep(ports, GRID, LIMITS)
    const before = await trainAll(ports)
    await updateSweep(ports, sweep.id, { add: { kernel: [4] } }, LIMITS)
    const after = await trainAll(ports)
    expect(after.slice(0, 4)).toEqual(before)
    expect(after.slice(4).map(({ hyperparameters: { kernel, stride } }) => [kernel, stride])).toEqual([
      [4, 1],
      [4, 2],
    ])
    expect(await ports.store.findSweep(sweep.id)).toMatchObject({
      state: 'completed',
      space: { kernel: [3, 5, 4] },
    })
  })

  it('says when the space has no more', async () => {
    const ports = createMemoryPorts()
    const { sweep } = await createSweep(ports, { ...RANDOM, space: { kernel: [2, 3, 4] } }, LIMITS)
    const updated = await updateSweep(ports, sweep.id, { trials: 9 }, LIMITS)
    expect(updated.endReason).toBe('the space is exhausted: it has 3 points, and 9 trials were asked for')
    await trainAll(ports)
    expect(await ports.store.findSweep(sweep.id)).toMatchObject({
      state: 'completed',
      trialCounts: { completed: 3 },
    })
  })

  it.each([
    [RANDOM, { trials: 1 }, '#/trials'],
    [RANDOM, { trials: 21 }, '#/trials'],
    [RANDOM, { add: { lr: [0.5] } }, '#/add/lr'],
    [GRID, { trials: 9 }, '#/trials'],
    [GRID, { add: { kernel: [[5, 5]] } }, '#/add/kernel'],
    [GRID, { add: { dropout: [0.5] } }, '#/add/dropout'],
    [GRID, { add: {} }, '#/add'],
    [GRID, { add: { kernel: [1, 2, 4, 6, 7, 8, 9, 10, 11] } }, '#/add'],
  ])('refuses %j %j and changes nothing', async (definition, changes, pointer) => {
    const ports = createMemoryPorts()
    const { sweep } = await createSweep(ports, definition, LIMITS)
    const refusal = updateSweep(ports, sweep.id, { priority: 3, ...changes }, LIMITS)
    await expect(refusal).rejects.toBeInstanceOf(InvalidInputError)
    await expect(refusal).rejects.toMatchObject({ problems: [expect.objectContaining({ pointer })] })
    expect(await ports.store.findSweep(sweep.id)).toEqual(sweep)
  })

  it('refuses to add to a cancelled sweep', async () => {
    const ports = createMemoryPorts()
    const { sweep } = await createSweep(ports, RANDOM, LIMITS)
    await cancelSweep(ports, sweep.id)
    await expect(updateSweep(ports, sweep.id, { trials: 5 }, LIMITS)).rejects.toBeInstanceOf(ConflictError)
  })
})
