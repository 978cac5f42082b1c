import { beforeAll, describe, expect, it } from 'vitest'
import { buildCNN } from '../../../network/build-cnn.js'
import { type Network, readNetwork } from '../../../network/network.js'
import { prepareTensors } from '../../../network/tensors.js'
import {
  estimateBytes,
  planInference,
  planTraining,
  type TrainingPlan,
  writeGraph,
} from '../training-step/graph-plan.js'
import { InferenceSession } from './onnxruntime.js'
import { SessionPool } from './session-pool.js'

beforeAll(prepareTensors)

function draw(options: Parameters<typeof buildCNN>[2]): Network {
  const model = buildCNN([12, 12, 1], 4, { convLayers: [2], hiddenLayers: [3], ...options })
  const network = readNetwork(model)
  model.dispose()
  return network
}

const plan = (options: Parameters<typeof buildCNN>[2] = {}, overrides: Partial<TrainingPlan> = {}) =>
  planTraining({
    network: draw(options),
    batch: 4,
    optimizer: 'adam',
    loss: 'categoricalCrossentropy',
    isRepeated: true,
    isResident: false,
    ...overrides,
  })
const BYTES = () => estimateBytes(plan())
const createPool = (limitBytes: number) =>
  new SessionPool((plan) => InferenceSession.create(writeGraph(plan)), limitBytes)

describe('a pool of sessions', () => {
  it('gives trials of one shape the same session, whatever their dropout rate', async () => {
    const pool = createPool(10 * BYTES())
    const first = await pool.lease(plan({ dropout: 0.5 }))
    first.release()
    const second = await pool.lease(plan({ dropout: 0.2 }))
    expect(second.session).toBe(first.session)
    second.release()
    await pool.dispose()
    expect(pool.size).toBe(0)
  })

  it.each([
    ['dropout at all', () => plan({ dropout: 0 })],
    ['a penalty', () => plan({ reg: 0.1 })],
    ['an activation', () => plan({ activations: ['relu', 'tanh'] })],
    ['the optimizer', () => plan({}, { optimizer: 'sgd' })],
    ['the loss', () => plan({}, { loss: 'binaryCrossentropy' })],
    ['the batch size', () => plan({}, { batch: 5 })],
    ['taking one step in a run', () => plan({}, { isRepeated: false })],
    ['where the images are', () => plan({}, { isResident: true })],
    ['being for inference', () => planInference(draw({}), 4, false)],
  ])('tells apart what differs in %s', async (_, other) => {
    const pool = createPool(10 * BYTES())
    const [one, two] = [await pool.lease(plan()), await pool.lease(other())]
    expect(two.session).not.toBe(one.session)
    await pool.dispose()
  })

  it('makes room by releasing what nobody uses, the least recently used first', async () => {
    const pool = createPool(2 * BYTES())
    const [old, recent, third] = [plan({ reg: 0.1 }), plan({ reg: 0.2 }), plan({ reg: 0.3 })]
    const first = (await pool.lease(old)).session
    for (const used of [recent, old]) (await pool.lease(used)).release()
    // `old` is still leased once, so `recent` must go.
    await pool.lease(third)
    expect(pool.size).toBe(2)
    expect((await pool.lease(old)).session).toBe(first)
    await pool.dispose()
  })

  it('forgets a graph that could not be compiled', async () => {
    const pool = createPool(2 * BYTES())
    const impossible = plan({}, { network: { ...draw({}), inputShape: [2, 2, 1] } })
    await expect(pool.lease(impossible)).rejects.toThrow('one pixel')
    expect(pool.size).toBe(0)
  })

  it('shares predictions between trials that differ in penalty and dropout', () => {
    const [one, two] = [draw({ reg: 0.1, dropout: 0.1 }), draw({ reg: 0, dropout: 0 })]
    expect(planInference(one, 4, false)).toEqual(planInference(two, 4, false))
  })
})
