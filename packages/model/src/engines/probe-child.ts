import { version_core } from '@tensorflow/tfjs-core'
import { createEngine } from './create-engine.js'
import type { ProbeResult } from './decide-engine.js'
import { ENGINE_KINDS, type EngineKind } from './engine-kinds.js'
import * as ort from './onnx/runtime/onnxruntime.js'
import { checkStep } from './probe-step.js'
import { VERSIONS } from './tfjs/native/installation.js'

/** The process that `probeEngine` starts: checks whether the engine named by its argument opens and trains, and reports it. */
async function probe(kind: EngineKind): Promise<ProbeResult> {
  try {
    const engine = await createEngine(kind)
    await checkStep(engine)
    await engine.dispose()
    return { isAvailable: true, name: engine.name, version: describeVersion(kind), device: engine.device }
  } catch (error) {
    return { isAvailable: false, reason: toReason(error) }
  }
}

function describeVersion(kind: EngineKind): string {
  if (kind === 'tfjs') return `TensorFlow ${VERSIONS.tensorflow}`
  return kind === 'tfjs-plain' ? `TensorFlow.js ${version_core}` : `ONNX Runtime ${ort.env.versions.node}`
}

/** The part of an error that people can use: ONNX Runtime puts the place in its source before it. */
function toReason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message
    .replace(/^.* was false\. /s, '')
    .replace(/\nRequire stack:.*/s, '')
    .trim()
    .replace(/\.$/, '')
}

const kind = ENGINE_KINDS.find((known) => known === process.argv[2])
if (kind === undefined) throw new Error(`usage: probe-child ${ENGINE_KINDS.join(' | ')}`)
process.send?.(await probe(kind), () => process.exit(0))
