// Bundled for the page of export-in-browser.test.ts: TensorFlow.js as any page has it, and nothing of ours.
import '@tensorflow/tfjs-backend-cpu'
import { setBackend, type Tensor, tensor } from '@tensorflow/tfjs-core'
import { loadLayersModel } from '@tensorflow/tfjs-layers'

async function predict(url: string, images: number[], shape: number[]): Promise<number[]> {
  await setBackend('cpu')
  const model = await loadLayersModel(url)
  return [...(await (model.predict(tensor(images, shape)) as Tensor).data())]
}

Object.assign(globalThis, { predict })
