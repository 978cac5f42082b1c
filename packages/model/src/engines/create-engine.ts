import type { Engine } from './engine.js'
import type { EngineKind } from './engine-kinds.js'
import { resolveEnginesDir } from './engines-folder.js'
import { createOnnxEngine } from './onnx/runtime/onnx-engine.js'
import { createNativeTfjsEngine, createPlainTfjsEngine } from './tfjs/tfjs-engine.js'

/**
 * An engine of this kind. Whether ONNX Runtime has its device shows at the first session: `chooseEngine` looks before.
 * @throws Error with the reason if TensorFlow is missing or broken
 */
export async function createEngine(kind: EngineKind, enginesDir = resolveEnginesDir()): Promise<Engine> {
  switch (kind) {
    case 'tfjs':
      return createNativeTfjsEngine(enginesDir)
    case 'tfjs-plain':
      return createPlainTfjsEngine()
    default:
      return createOnnxEngine({ provider: kind })
  }
}
