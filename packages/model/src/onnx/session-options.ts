import type * as ort from 'onnxruntime-node'
import { type GraphPlan, listVectors } from './graph-plan.js'
import { tensorNames } from './training-graph.js'

/** What ONNX Runtime computes on. */
export const PROVIDERS = ['cpu', 'webgpu', 'cuda'] as const
export type Provider = (typeof PROVIDERS)[number]

/**
 * One thread: two trials side by side on two cores finish sooner than one trial on both.
 * The memory arena stays on: without it each step would ask the system for its activations anew. Memory patterns are
 * off: they make no step faster, and a session hold half as much again.
 */
const COMMON: ort.InferenceSession.SessionOptions = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
  enableMemPattern: false,
  logSeverityLevel: 3,
}

/** How a plan's session is opened. On WebGPU what a step computes for the next one stays on the device. */
export function sessionOptions(provider: Provider, plan: GraphPlan): ort.InferenceSession.SessionOptions {
  const options = { ...COMMON, executionProviders: [provider] }
  if (provider !== 'webgpu') return options
  const outputs = listResident(plan).map((name) => [name, 'gpu-buffer' as const])
  return outputs.length === 0 ? options : { ...options, preferredOutputLocation: Object.fromEntries(outputs) }
}

/** Outputs that later runs take as inputs. */
function listResident(plan: GraphPlan): string[] {
  if (plan.kind === 'training') return listVectors(plan).map(tensorNames.next)
  return plan.kind === 'upload' ? [tensorNames.copy(tensorNames.imageSet)] : []
}
