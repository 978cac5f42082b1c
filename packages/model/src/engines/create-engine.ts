import type { Engine } from './engine.js'
import type { EngineKind } from './engine-kinds.js'
import { createOnnxEngine } from './onnx/runtime/onnx-engine.js'
import { createTfjsEngine } from './tfjs/tfjs-engine.js'

/** An engine of this kind. Whether its device can be had shows at the first session: `chooseEngine` looks before. */
export async function createEngine(kind: EngineKind): Promise<Engine> {
  return kind === 'tfjs' ? createTfjsEngine() : createOnnxEngine({ provider: kind })
}
