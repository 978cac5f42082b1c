import { describe, expect, it } from 'vitest'
import type { Engine, Trainer } from './engine.js'
import { onnxEngine } from './onnx/runtime/onnx-engine.js'
import { checkStep } from './probe-step.js'

/** An engine that opens, but whose trainers take steps at another rate than asked. */
const distort = (engine: Engine, factor: number): Engine => ({
  ...engine,
  async createTrainer(model, options) {
    const trainer = await engine.createTrainer(model, options)
    const train: Trainer['train'] = (set, steps) =>
      trainer.train(
        set,
        [...steps].map((step) => ({ ...step, lr: step.lr * factor })),
      )
    return Object.assign(Object.create(trainer), { train, dispose: () => trainer.dispose() })
  },
})

describe('the probe of an engine', () => {
  it('lets one pass that trains', async () => {
    await checkStep(onnxEngine)
  })

  it('refuses one that opens and computes, but updates the weights wrongly', async () => {
    await expect(checkStep(distort(onnxEngine, 2))).rejects.toThrow(/a loss of .+ in step 2, which should be/)
  })
})
