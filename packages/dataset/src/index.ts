export { type CacheOptions, cacheDataset, type RemoteDataset } from './cache/cache-dataset.js'
export { type CanonicalDataset, readCanonical } from './canonical/canonical-dataset.js'
export { CanonicalScan } from './canonical/canonical-scan.js'
export { CanonicalWriter } from './canonical/canonical-writer.js'
export {
  type CanonicalImages,
  type LoadedCanonical,
  loadCanonical,
  type PixelFile,
} from './canonical/load-canonical.js'
export {
  CANONICAL_LIMITS,
  type CanonicalLayout,
  type CanonicalManifest,
  type CanonicalShape,
  canonicalManifestSchema,
  type DatasetCheck,
  layoutOf,
  SPLIT_NAMES,
  type SplitName,
  shapeOf,
} from './canonical/manifest.js'
export { DatasetError, type DatasetErrorCode } from './dataset-error.js'
export type { DatasetLocation, LoadOptions } from './dataset-location.js'
export type { ImageDataset, ImageSet } from './image-dataset.js'
export { importDataset } from './import/import-dataset.js'
export {
  type ImportControl,
  type ImportOptions,
  type ImportProgress,
  importOptionsSchema,
} from './import/import-options.js'
export { fetchKnownDataset } from './known/fetch-known-dataset.js'
export { KNOWN_DATASETS, type KnownDatasetName } from './known/known-datasets.js'
export { loadDataset } from './load-dataset.js'
export { drawSheet, type SheetRow } from './pictures/draw-sheet.js'
export { encodePng, type Picture } from './pictures/encode-png.js'
export { createSynthetic, type SyntheticOptions } from './synthetic/create-synthetic.js'
