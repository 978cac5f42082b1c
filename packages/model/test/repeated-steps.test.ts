import { beforeAll, describe, expect, it } from 'vitest'
import { hostImages } from '../src/engines/onnx/runtime/image-source.js'
import { OnnxTrainer } from '../src/engines/onnx/runtime/onnx-trainer.js'
import * as ort from '../src/engines/onnx/runtime/onnxruntime.js'
import { SessionPool } from '../src/engines/onnx/runtime/session-pool.js'
import { HostVectors } from '../src/engines/onnx/runtime/vectors.js'
import { writeGraph } from '../src/engines/onnx/training-step/graph-plan.js'
import type { OptimizerName } from '../src/engines/onnx/training-step/optimizers.js'
import { prepareTensors, type TrainingStep } from '../src/index.js'
import { Random } from '../src/training/random.js'
import { buildDisturbed, type Case, drawImages } from './reference.js'

beforeAll(prepareTensors)

const NETWORKS: Readonly<Record<string, Case & { optimizer: OptimizerName }>> = {
  'plain with dropout, by adam': { dropout: 0.4, optimizer: 'adam' },
  'with batch normalisation, padding and penalties, by momentum': {
    ...{ bn: true, zeroPadding: true, reg: 0.01, optimizer: 'momentum' },
  },
  'of tanh, by sgd, which has no state': { activations: ['tanh', 'tanh'], optimizer: 'sgd' },
}
const BATCH = 4
/** Six batches, and a smaller one. */
const set = drawImages({ batch: 6 * BATCH + 3 })

/** Each rate and mask another, so that one given to the wrong step would show. */
function planSteps(): TrainingStep[] {
  const order = new Random(9).permutation(set.size)
  return Array.from({ length: 7 }, (_, step) => ({
    indices: order.subarray(step * BATCH, (step + 1) * BATCH),
    lr: 0.01 / (1 + step),
    drawMask: (mask) => new Random(step).fillDropoutMask(mask, 0.4),
  }))
}

async function train(
  { optimizer, ...network }: Case & { optimizer: OptimizerName },
  imagesPerRun: number | null,
) {
  const runs: number[] = []
  const pool = new SessionPool(async (plan) => {
    const session = await ort.InferenceSession.create(writeGraph(plan))
    const run = session.run.bind(session)
    // The real session, with a count of its runs.
    session.run = ((...args: Parameters<typeof run>) => {
      runs.push(Number(args[0].rate?.size))
      return run(...args)
    }) as typeof session.run
    return session
  }, 2 ** 30)
  const model = buildDisturbed(network)
  const createVectors = (values: Readonly<Record<string, Float32Array>>) => new HostVectors(values)
  const trainer = new OnnxTrainer(
    model,
    { optimizer, batchSize: BATCH },
    { pool, images: hostImages, createVectors, imagesPerRun },
  )
  const results = []
  for await (const result of trainer.train(set, planSteps())) results.push(result)
  const checkpoint = await trainer.checkpoint()
  await trainer.dispose()
  await pool.dispose()
  model.dispose()
  return { results, checkpoint, runs }
}

describe('steps taken together are to the bit those taken one by one', () => {
  it.each(Object.entries(NETWORKS))('of a network %s', async (_, network) => {
    const [alone, together] = [await train(network, null), await train(network, 8 * BATCH)]
    expect(together.results).toEqual(alone.results)
    expect(together.checkpoint).toEqual(alone.checkpoint)
    expect(together.results).toHaveLength(7)
    expect(new Set(together.results.map(({ loss }) => loss)).size).toBe(7)
    expect(alone.runs).toEqual([1, 1, 1, 1, 1, 1, 1])
    // A quarter of the allowed images at first; how many follow depends on the speed of the machine.
    expect(together.runs[0]).toBe(2)
    expect(together.runs.reduce((sum, steps) => sum + steps)).toBe(7)
  })
})
