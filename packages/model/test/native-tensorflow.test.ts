import { fork } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { hyperparametersSchema } from '@sweepd/core'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  createNativeTfjsEngine,
  type Engine,
  prepareTensors,
  trainingProcess,
  trainTrial,
} from '../src/index.js'
import { findNativeFault, TEST_ENGINES_DIR } from './native-engine.js'
import { CLASSES, drawImages } from './reference.js'
import { expectSameStep, STEP_CASES } from './step-cases.js'
import { testTfjsEngine } from './tfjs-contract.js'

const fault = await findNativeFault()
const reason = fault === undefined ? '' : ` (skipped: ${fault})`
const TIMEOUT_MS = 60_000
const MB = 2 ** 20

const createNative = () => createNativeTfjsEngine(TEST_ENGINES_DIR)

describe.skipIf(fault !== undefined)(`native TensorFlow${reason}`, () => {
  let engine: Engine
  beforeAll(async () => {
    await prepareTensors()
    engine = await createNative()
  })

  it('says what it is, and calls a CPU a CPU', () => {
    expect(engine.name).toBe('tfjs native')
    expect(engine.device).not.toMatch(/gpu/i)
  })

  describe('a training step has the gradients of plain TensorFlow.js', () => {
    it.each([...STEP_CASES])('%s', (_, options) => expectSameStep(options, engine), TIMEOUT_MS)
  })

  testTfjsEngine(createNative)

  describe('a trial', () => {
    const point = hyperparametersSchema.parse({
      ...{ convLayers: [3], hiddenLayers: [4], bn: true, dropout: 0.3, epochs: 3, batchSize: 8 },
    })
    const draw = (batch: number, seed: number) => drawImages({ batch, inputShape: [8, 8, 1] }, seed)
    const images = {
      ...{ shape: [8, 8, 1] as const, classNames: Array.from({ length: CLASSES }, (_, index) => `${index}`) },
      ...{ train: draw(21, 1), validation: draw(9, 2), test: draw(11, 3) },
    }

    it('that is resumed after any epoch ends as if left alone, bit for bit', async () => {
      const run = async (resume?: Uint8Array) => {
        const checkpoints: Uint8Array[] = []
        const onEpoch = (_: unknown, checkpoint: Uint8Array) => void checkpoints.push(checkpoint)
        const { kept, score } = await trainTrial(engine, point, images, { seed: 4, resume, onEpoch })
        return { outcome: { ...kept, durationMs: 0, score }, checkpoints }
      }
      const alone = await run()
      expect(alone.checkpoints).toHaveLength(3)
      for (const checkpoint of alone.checkpoints)
        expect((await run(checkpoint)).outcome).toEqual(alone.outcome)
    })

    it('ends at once when it is cancelled', async () => {
      const abort = new AbortController()
      const onEpoch = () => abort.abort(new Error('cancelled'))
      await expect(
        trainTrial(engine, point, images, { seed: 4, signal: abort.signal, onEpoch }),
      ).rejects.toThrow('cancelled')
    })
  })

  it('holds no more memory after 50 trials of varying shapes than when it was warm', async () => {
    const child = fork(resolve(import.meta.dirname, 'memory-child.mjs'), ['50', 'tfjs'], {
      env: { ...process.env, ...trainingProcess.env, SWEEPD_ENGINES_DIR: TEST_ENGINES_DIR },
      execArgv: [...process.execArgv, ...trainingProcess.execArgv],
    })
    const resident: number[] = []
    const tensors = new Set<number>()
    child.on('message', (report: { residentBytes: number; tensors: number }) => {
      resident.push(report.residentBytes / MB)
      tensors.add(report.tensors)
    })
    expect(await once(child, 'exit')).toEqual([0, null])
    expect(resident).toHaveLength(50)
    expect(Math.max(...resident.slice(-10)) - Math.max(...resident.slice(10, 20))).toBeLessThan(30)
    expect(tensors.size).toBe(1)
  }, 300_000)
})
