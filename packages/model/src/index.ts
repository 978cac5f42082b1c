export {
  type BuildOptions,
  buildCNN,
  type DataFormat,
  NETWORK_DEFAULTS,
  type NetworkOptions,
} from './build-cnn.js'
export { chooseEngine, type EngineChoice } from './choose-engine.js'
export { createEngine } from './create-engine.js'
export { decideEngine, type EngineDecision, type Probe, type ProbeResult } from './decide-engine.js'
export { DivergedError } from './diverged-error.js'
export type {
  Checkpoint,
  Engine,
  LabelledImages,
  StepResult,
  Trainer,
  TrainerOptions,
  TrainingStep,
} from './engine.js'
export { ENGINE_KINDS, ENGINE_SETTINGS, type EngineKind, type EngineSetting } from './engine-kinds.js'
export { EngineUnavailableError } from './engine-unavailable-error.js'
export { createScore, type Evaluation, evaluate } from './evaluate.js'
export { saveLayersModel } from './export/save-layers-model.js'
export { saveOnnxModel } from './export/save-onnx-model.js'
export { type ImageType, onnxModelNames, writeOnnxModel } from './export/write-onnx-model.js'
export { type EpochListener, type FitOptions, type FitResult, fit } from './fit.js'
export { type Network, readNetwork } from './network.js'
export { createOnnxEngine, type OnnxEngineOptions, onnxEngine } from './onnx/onnx-engine.js'
export { prepareTensors } from './tensors.js'
export { createTfjsEngine } from './tfjs/tfjs-engine.js'
export { type TrialImages, type TrialOptions, type TrialOutcome, trainTrial } from './train-trial.js'
export { trainingProcess } from './training-process.js'
export type { BestEpoch, TrainingState } from './training-state.js'
export { decodeTrainingState, encodeTrainingState } from './training-state-format.js'
export { UnsupportedLayerError } from './unsupported-layer-error.js'
export { UnusableCheckpointError } from './unusable-checkpoint.js'
