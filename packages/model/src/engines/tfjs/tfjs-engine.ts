import type { Engine } from '../engine.js'
import { findTfjsBackend } from './tfjs-backend.js'
import { createTfjsTrainer } from './tfjs-trainer.js'

/**
 * An engine on TensorFlow.js, which runs the layers as they are and differentiates them itself: the reference of the
 * compiled engine. It computes on @tensorflow/tfjs-node-gpu or @tensorflow/tfjs-node where one is installed, else on
 * the plain backend.
 */
export async function createTfjsEngine(): Promise<Engine> {
  const backend = await findTfjsBackend()
  return {
    name: `tfjs ${backend.name}`,
    device: backend.device,
    createTrainer: (model, options) => createTfjsTrainer(model, options, backend),
    dispose: async () => {},
  }
}
