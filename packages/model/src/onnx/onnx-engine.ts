import type * as ort from 'onnxruntime-node'
import type { Engine } from '../engine.js'
import { OnnxTrainer } from './onnx-trainer.js'
import { SessionPool } from './session-pool.js'
import { HostVectors } from './vectors.js'

/**
 * One thread: two trials side by side on two cores finish sooner than one trial on both.
 * The memory arena stays on: without it each step would ask the system for its activations anew. Memory patterns are
 * off: they make no step faster, and a session hold half as much again.
 */
const SESSION_OPTIONS: ort.InferenceSession.SessionOptions = {
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
  enableMemPattern: false,
  logSeverityLevel: 3,
}

/** Room for several small shapes, or the training sessions of one as large as the seed's largest. */
const SESSIONS_BYTES = 80 * 2 ** 20

/** An engine on ONNX Runtime's CPU provider: forward, backward and update are one compiled graph. */
export function createOnnxEngine(): Engine {
  const pool = new SessionPool(SESSION_OPTIONS, SESSIONS_BYTES)
  return {
    name: 'onnx cpu',
    createTrainer: async (model, options) =>
      new OnnxTrainer(model, options, pool, (values) => new HostVectors(values)),
    dispose: () => pool.dispose(),
  }
}

/** The engine that every machine has. */
export const onnxEngine: Engine = createOnnxEngine()
