/** Where images may lie; relative paths are relative to the working directory. */
export interface DatasetLocation {
  /** SWEEPD_DATA_DIR: downloads go to its folder `fashion-mnist`. */
  readonly dataDir: string
  /** FASHION_MNIST_DIR: if it is set, the only place to look for Fashion-MNIST. */
  readonly fashionMnistDir?: string | undefined
}

export interface LoadOptions {
  readonly signal?: AbortSignal | undefined
  /** Told in words what is going on; a download says so every tenth. */
  readonly onProgress?: ((message: string) => void) | undefined
}
