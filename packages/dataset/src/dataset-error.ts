/**
 * missing: a folder or file is not there; unreadable: it is there and the system refuses it; corrupt: it holds
 * something else than the official images; unreachable: no download address answered; unwritable: the data folder
 * cannot be written; disk-full: it has no room; invalid: someone's own images cannot be taken as they are.
 */
export type DatasetErrorCode =
  | 'dataset-missing'
  | 'dataset-unreadable'
  | 'dataset-corrupt'
  | 'dataset-unreachable'
  | 'dataset-unwritable'
  | 'dataset-invalid'
  | 'dataset-disk-full'

/** Images are unavailable; the message names the file or folder and the remedy. */
export class DatasetError extends Error {
  /** The file or folder at fault, if there is one. */
  readonly file: string | undefined

  constructor(
    readonly code: DatasetErrorCode,
    message: string,
    options: { file?: string | undefined; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause })
    this.name = 'DatasetError'
    this.file = options.file
  }
}
