import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import { type ImageType, writeOnnxModel } from './write-onnx-model.js'

/**
 * Writes a model for inference as an ONNX file; its folder is created if need be.
 * @throws UnsupportedLayerError; what the file system throws
 */
export async function saveOnnxModel(model: LayersModel, file: string, imageType?: ImageType): Promise<void> {
  const bytes = writeOnnxModel(model, imageType)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, bytes)
}
