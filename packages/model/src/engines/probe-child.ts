import { createEngine } from './create-engine.js'
import type { ProbeResult } from './decide-engine.js'
import { ENGINE_KINDS, type EngineKind } from './engine-kinds.js'
import { GraphWriter } from './onnx/graph/graph-writer.js'
import * as ort from './onnx/runtime/onnxruntime.js'

/** The process that `probeEngine` starts: looks whether the engine of its argument opens and computes, and says so. */
async function probe(kind: EngineKind): Promise<ProbeResult> {
  try {
    if (kind !== 'tfjs') await multiply(kind)
    const { name, device } = await createEngine(kind)
    return { isAvailable: true, name, device }
  } catch (error) {
    return { isAvailable: false, reason: toReason(error) }
  }
}

/** Multiplies two matrices on the provider, which opens the device, its libraries and its compiler. */
async function multiply(provider: Exclude<EngineKind, 'tfjs'>): Promise<void> {
  const graph = new GraphWriter()
  const x = graph.input('x', 'float32', [1, 1])
  graph.output('square', graph.op('MatMul', [x, x]), 'float32', [1, 1])
  const session = await ort.InferenceSession.create(graph.encode(), { executionProviders: [provider] })
  const { square } = await session.run({ x: new ort.Tensor('float32', Float32Array.of(3), [1, 1]) })
  await session.release()
  if (square?.data[0] !== 9) throw new Error(`it computes 3 × 3 = ${square?.data[0]}`)
}

/** The part of an error that people can use: ONNX Runtime puts the place in its source before it. */
function toReason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.replace(/^.* was false\. /s, '').trim()
}

const kind = ENGINE_KINDS.find((known) => known === process.argv[2])
if (kind === undefined) throw new Error(`usage: probe-child ${ENGINE_KINDS.join(' | ')}`)
process.send?.(await probe(kind), () => process.exit(0))
