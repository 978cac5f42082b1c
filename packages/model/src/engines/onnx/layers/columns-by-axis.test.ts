import { expect, it } from 'vitest'
import { buildCNN } from '../../../network/build-cnn.js'
import { readNetwork } from '../../../network/network.js'
import { prepareTensors } from '../../../network/tensors.js'
import { GraphWriter } from '../graph/graph-writer.js'
import { planInference, planTraining, writeGraph } from '../training-step/graph-plan.js'

/** Opening a graph takes ONNX Runtime time that grows with the square of this: 1,000 operators half a second, 8,400 30 s. */
const MOST_OPERATORS = 1600

it.each([
  { side: 28, convLayers: [32] },
  { side: 28, convLayers: [32, 64] },
  { side: 64, convLayers: [8] },
  { side: 64, convLayers: [32, 64] },
])('graphs stay small whatever the kernel: %o', async ({ side, convLayers }) => {
  await prepareTensors()
  for (let kernel = 1; kernel < side; kernel++) {
    const fits = convLayers.reduce((left) => Math.floor((left + 3 - kernel) / 2), side) >= 1
    if (!fits) break
    const options = { kernel, convLayers, bn: true, zeroPadding: true }
    const model = buildCNN([side, side, 1], 10, options)
    const network = readNetwork(model)
    model.dispose()
    const step = { batch: 32, optimizer: 'adam', loss: 'categoricalCrossentropy' } as const
    const training = planTraining({ ...step, network, isRepeated: false, isResident: false })
    for (const plan of [training, planInference(network, 40, false)]) {
      const graph = new GraphWriter()
      writeGraph(plan, graph)
      expect(graph.size, `operators of kernel ${kernel}, ${plan.kind}`).toBeLessThan(MOST_OPERATORS)
    }
  }
})
