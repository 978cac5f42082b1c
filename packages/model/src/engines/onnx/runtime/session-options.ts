import { type GraphPlan, listVectors } from '../training-step/graph-plan.js'
import { tensorNames } from '../training-step/training-graph.js'
import type * as ort from './onnxruntime.js'

/** What ONNX Runtime computes on. */
const PROVIDERS = ['cpu', 'webgpu', 'cuda'] as const
export type Provider = (typeof PROVIDERS)[number]

/**
 * One thread: two trials side by side on two cores finish sooner than one trial on both.
 * The memory arena stays on: without it each step would ask the system for its activations anew.
 */
const COMMON: ort.InferenceSession.SessionOptions = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
  logSeverityLevel: 3,
}

/**
 * How a plan's session is opened. Memory patterns, one block laid out for all activations of a run, make training on the
 * CPU 2 to 5 % faster, for 25 MB. Predicting gains nothing. On WebGPU what a step computes for the next one stays on
 * the device.
 */
export function sessionOptions(provider: Provider, plan: GraphPlan): ort.InferenceSession.SessionOptions {
  const enableMemPattern = provider === 'cpu' && plan.kind === 'training'
  const options = { ...COMMON, enableMemPattern, executionProviders: [provider] }
  if (provider !== 'webgpu') return options
  const outputs = listResident(plan).map((name) => [name, 'gpu-buffer' as const])
  return outputs.length === 0 ? options : { ...options, preferredOutputLocation: Object.fromEntries(outputs) }
}

/** Outputs that later runs take as inputs. */
function listResident(plan: GraphPlan): string[] {
  if (plan.kind === 'training') return listVectors(plan).map(tensorNames.next)
  return plan.kind === 'upload' ? [tensorNames.copy(tensorNames.imageSet)] : []
}
