import type { Engine } from './engine.js'
import type { EngineKind } from './engine-kinds.js'
import { resolveEnginesDir } from './engines-folder.js'
import { createOnnxEngine } from './onnx/runtime/onnx-engine.js'
import { createNativeTfjsEngine, createPlainTfjsEngine } from './tfjs/tfjs-engine.js'

/**
 * Creates an engine of this kind. Only its first session shows whether ONNX Runtime has the device, so `chooseEngine`
 * probes it first.
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
