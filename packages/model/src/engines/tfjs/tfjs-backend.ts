import { getBackend, ready, setBackend } from '@tensorflow/tfjs-core'
import { prepareTensors } from '../../network/tensors.js'
import { describeDevice } from '../describe-device.js'
import { loadNative } from './native/load-native.js'

/** What TensorFlow.js computes on. */
export interface TfjsBackend {
  /** As shown to people. */
  readonly name: 'native' | 'plain'
  readonly device: string
  /** The name under which TensorFlow.js knows it. */
  readonly backend: 'tensorflow' | 'cpu'
}

/** TensorFlow itself, through @tensorflow/tfjs-node-gpu. @throws Error with the reason if it is missing or broken */
export async function openNativeBackend(enginesDir: string): Promise<TfjsBackend> {
  await prepareTensors()
  const { isUsingGpu } = loadNative(enginesDir)
  // Loading it has made it the active backend; models are built on the plain one.
  await prepareTensors()
  return { name: 'native', device: describeDevice(isUsingGpu ? 'gpu' : 'cpu'), backend: 'tensorflow' }
}

/** JavaScript alone, which is always available, and hundreds of times slower. */
export async function openPlainBackend(): Promise<TfjsBackend> {
  await prepareTensors()
  return { name: 'plain', device: describeDevice('cpu'), backend: 'cpu' }
}

/** Makes it the backend of what is computed next; building a model switches to the plain one. */
export async function activateBackend({ backend }: TfjsBackend): Promise<void> {
  if (getBackend() === backend) return
  await setBackend(backend)
  await ready()
}
