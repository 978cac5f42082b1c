import { getBackend, ready, setBackend } from '@tensorflow/tfjs-core'
import { prepareTensors } from '../../network/tensors.js'
import { describeDevice } from '../describe-device.js'

/** What TensorFlow.js computes on. */
export interface TfjsBackend {
  /** As shown to people: `node-gpu`, `node` or `plain`. */
  readonly name: string
  readonly device: string
  /** The name under which TensorFlow.js knows it. */
  readonly backend: string
}

/** The optional peers, the better one first. Both register the backend `tensorflow` when they are imported. */
const NATIVE = [
  { specifier: '@tensorflow/tfjs-node-gpu', name: 'node-gpu', device: 'gpu' },
  { specifier: '@tensorflow/tfjs-node', name: 'node', device: 'cpu' },
] as const

/** The best backend that is installed and loads; the plain one is always there, and hundreds of times slower. */
export async function findTfjsBackend(): Promise<TfjsBackend> {
  await prepareTensors()
  for (const { specifier, name, device } of NATIVE)
    try {
      await import(specifier)
      return { name, device: describeDevice(device), backend: 'tensorflow' }
    } catch {
      // Not installed, or its native library does not load here: the next one may.
    }
  return { name: 'plain', device: describeDevice('cpu'), backend: 'cpu' }
}

/** Whatever is computed next is computed on it: building a model switches to the plain one. */
export async function activateBackend({ backend }: TfjsBackend): Promise<void> {
  if (getBackend() === backend) return
  await setBackend(backend)
  await ready()
}
