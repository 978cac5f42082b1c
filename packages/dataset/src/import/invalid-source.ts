import { DatasetError } from '../dataset-error.js'

/**
 * Someone's own images cannot be taken as they are.
 * @param file the file, folder or array at fault, as its owner knows it
 * @param reason what is wrong and what to do, as sentences
 */
export function invalidSource(file: string, reason: string, cause?: unknown): DatasetError {
  return new DatasetError('dataset-invalid', `${file}: ${reason}`, { file, cause })
}

/** `1 image`, `1,437 images`. */
export const countOf = (count: number, noun: string, plural = `${noun}s`) =>
  `${count.toLocaleString('en')} ${count === 1 ? noun : plural}`
