import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { io } from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'

const WEIGHTS_FILE = 'weights.bin'

/**
 * Writes `model.json` and `weights.bin` into a folder, which is created if need be, as `tf.loadLayersModel` of
 * TensorFlow.js reads them, in a browser too. The model takes `[batch, height, width, channels]` from 0 to 1 and gives
 * `[batch, classes]` probabilities. The format is that of https://www.tensorflow.org/js/guide/save_load.
 * @throws what the file system throws
 */
export async function saveLayersModel(model: LayersModel, folder: string): Promise<void> {
  const { json, weights } = await writeLayersModel(model)
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, WEIGHTS_FILE), weights)
  await writeFile(join(folder, 'model.json'), json)
}

/** The two files of a LayersModel: the text of `model.json`, and `weights.bin`, which it names. */
export interface LayersModelFiles {
  readonly json: string
  readonly weights: Uint8Array
}

/** The files of `saveLayersModel`, in memory. */
export async function writeLayersModel(model: LayersModel): Promise<LayersModelFiles> {
  let files: LayersModelFiles | undefined
  const saveArtifacts = async (artifacts: io.ModelArtifacts): Promise<io.SaveResult> => {
    const { modelTopology, weightSpecs = [], weightData = [] } = artifacts
    const weights = new Uint8Array(io.CompositeArrayBuffer.join(weightData))
    const json = {
      format: 'layers-model',
      generatedBy: 'sweepd',
      convertedBy: null,
      modelTopology,
      weightsManifest: [{ paths: [WEIGHTS_FILE], weights: weightSpecs }],
    }
    files = { json: JSON.stringify(json), weights }
    return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } }
  }
  await model.save(io.withSaveHandler(saveArtifacts))
  if (files === undefined) throw new Error('TensorFlow.js did not save the model')
  return files
}
