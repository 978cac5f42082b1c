export { UnsupportedLayerError } from './blocks/unsupported-layer-error.js'
export type { TrainingState } from './checkpoint/training-state.js'
export { decodeTrainingState, encodeTrainingState } from './checkpoint/training-state-format.js'
export { UnusableCheckpointError } from './checkpoint/unusable-checkpoint.js'
export { chooseEngine, type EngineChoice, listEngines } from './engines/choose-engine.js'
export { createEngine } from './engines/create-engine.js'
export { decideEngine, type EngineDecision, type Probe, type ProbeResult } from './engines/decide-engine.js'
export type {
  Engine,
  LabelledImages,
  StepResult,
  Trainer,
  TrainerOptions,
  TrainerState,
  TrainingStep,
} from './engines/engine.js'
export { ENGINE_KINDS, ENGINE_SETTINGS, type EngineKind, type EngineSetting } from './engines/engine-kinds.js'
export { EngineUnavailableError, REMEDIES } from './engines/engine-unavailable-error.js'
export { resolveEnginesDir } from './engines/engines-folder.js'
export { type Gpu, listGpus } from './engines/gpus/list-gpus.js'
export { createOnnxEngine, onnxEngine } from './engines/onnx/runtime/onnx-engine.js'
export { checkStep } from './engines/probe-step.js'
export { type InstallResult, installTfjs, removeTfjs } from './engines/tfjs/native/install.js'
export { InstallationError } from './engines/tfjs/native/run-tool.js'
export { createNativeTfjsEngine, createPlainTfjsEngine } from './engines/tfjs/tfjs-engine.js'
export { trainingProcess } from './engines/training-process.js'
export { type LayersModelFiles, saveLayersModel, writeLayersModel } from './export/save-layers-model.js'
export { saveOnnxModel } from './export/save-onnx-model.js'
export { type ImageType, onnxModelNames, writeOnnxModel } from './export/write-onnx-model.js'
export {
  type BuildOptions,
  buildCNN,
  type DataFormat,
  type NetworkOptions,
} from './network/build-cnn.js'
export { type Network, readNetwork } from './network/network.js'
export { prepareTensors } from './network/tensors.js'
export { DivergedError } from './training/diverged-error.js'
export { type Evaluation, evaluate } from './training/evaluate.js'
export { type FitOptions, fit } from './training/fit.js'
export { takeImages } from './training/labelled-images.js'
export type { Pixels, StoredPixels } from './training/pixels.js'
export { type TrialImages, type TrialOptions, type TrialOutcome, trainTrial } from './training/train-trial.js'
