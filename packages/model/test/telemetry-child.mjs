// Trains one step, as any process that trains. With the argument `bare` it loads ONNX Runtime as its maker intends.
import { argv } from 'node:process'

if (argv[2] === 'bare') {
  const { InferenceSession } = await import('onnxruntime-node')
  await InferenceSession.create(new Uint8Array()).catch(() => {})
} else {
  const { buildCNN, onnxEngine, prepareTensors } = await import('../dist/index.js')
  await prepareTensors()
  const model = buildCNN([8, 8, 1], 2, { convLayers: [4] })
  const trainer = await onnxEngine.createTrainer(model, { optimizer: 'sgd', batchSize: 1 })
  const set = { size: 1, images: new Uint8Array(64), labels: new Uint8Array(1) }
  const step = { indices: Uint32Array.of(0), lr: 0.1, drawMask: (mask) => mask.fill(1) }
  for await (const { loss } of trainer.train(set, [step])) console.log(loss)
  await trainer.dispose()
  await onnxEngine.dispose()
}
