import '@tensorflow/tfjs-backend-cpu'
import { env, ready, setBackend } from '@tensorflow/tfjs-core'

/**
 * Makes TensorFlow.js ready on its plain backend: it builds, initialises and saves models here, it does not train.
 */
export async function prepareTensors(): Promise<void> {
  // Without this it advertises its native binding on standard output.
  env().set('PROD', true)
  await setBackend('cpu')
  await ready()
}
