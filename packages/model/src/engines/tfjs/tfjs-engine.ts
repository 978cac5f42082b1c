import type { Engine } from '../engine.js'
import { openNativeBackend, openPlainBackend, type TfjsBackend } from './tfjs-backend.js'
import { createTfjsTrainer } from './tfjs-trainer.js'

/**
 * An engine on TensorFlow itself, which `sweepd engine install tfjs` has put into this folder.
 * @throws Error with the reason if it is missing or broken
 */
export async function createNativeTfjsEngine(enginesDir: string): Promise<Engine> {
  return toEngine(await openNativeBackend(enginesDir))
}

/**
 * An engine on TensorFlow.js alone, which runs the layers as they are and differentiates them itself: the reference of
 * the compiled engine, and too slow for more.
 */
export async function createPlainTfjsEngine(): Promise<Engine> {
  return toEngine(await openPlainBackend())
}

const toEngine = (backend: TfjsBackend): Engine => ({
  name: `tfjs ${backend.name}`,
  device: backend.device,
  createTrainer: (model, options) => createTfjsTrainer(model, options, backend),
  dispose: async () => {},
})
