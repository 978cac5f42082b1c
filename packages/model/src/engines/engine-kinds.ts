/** The engines that a worker can train with: ONNX Runtime on one of its providers, TensorFlow, or plain TensorFlow.js. */
export const ENGINE_KINDS = ['cpu', 'webgpu', 'cuda', 'tfjs', 'tfjs-plain'] as const
export type EngineKind = (typeof ENGINE_KINDS)[number]

/** What ENGINE can be: one of them, or `auto` for the best that this machine has. */
export const ENGINE_SETTINGS = ['auto', ...ENGINE_KINDS] as const
export type EngineSetting = (typeof ENGINE_SETTINGS)[number]
