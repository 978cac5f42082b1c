import { join } from 'node:path'
import { DatasetError } from '../dataset-error.js'
import type { DatasetLocation, LoadOptions } from '../dataset-location.js'
import { withDownloadLock } from '../download-lock.js'
import { createFolder, downloadFiles } from './download-files.js'
import { type ImageFolder, listImageFolder, listMissingFiles } from './image-folder.js'
import type { FashionMnistOrigin } from './official-files.js'

const OTHERWISE = 'or use the dataset "synthetic"'
const REMEDIES = {
  configured: `Put the official file there, or unset FASHION_MNIST_DIR to have it downloaded, ${OTHERWISE}.`,
  own: `Delete the file to have it downloaded again, ${OTHERWISE}.`,
  debian: `Run "apt-get install --reinstall dataset-fashion-mnist", or set FASHION_MNIST_DIR, ${OTHERWISE}.`,
}

/**
 * The folder with all four files: the configured one and no other if one is configured; else the data folder's,
 * else that of Debian's package, else the data folder's after a download.
 * @throws DatasetError if there is none and none can be made.
 */
export async function findImageFolder(
  location: DatasetLocation,
  origin: FashionMnistOrigin,
  options: LoadOptions,
): Promise<ImageFolder> {
  if (location.fashionMnistDir) return getConfiguredFolder(location.fashionMnistDir, origin)
  const ownPath = join(location.dataDir, 'fashion-mnist')
  const own = await listImageFolder(ownPath, REMEDIES.own)
  const missing = listMissingFiles(own, origin.files)
  if (missing.length === 0) return own
  const debian = await listImageFolder(origin.debianDir, REMEDIES.debian)
  if (listMissingFiles(debian, origin.files).length === 0) return debian
  await createFolder(ownPath)
  const onWait = () => options.onProgress?.('another process downloads Fashion-MNIST; waiting for it')
  await withDownloadLock(ownPath, { signal: options.signal, onWait }, () =>
    downloadFiles(missing, ownPath, origin, options),
  )
  return listImageFolder(ownPath, REMEDIES.own)
}

async function getConfiguredFolder(path: string, origin: FashionMnistOrigin): Promise<ImageFolder> {
  const folder = await listImageFolder(path, REMEDIES.configured)
  const [missing, ...others] = listMissingFiles(folder, origin.files)
  if (!missing) return folder
  const more = others.length > 0 ? ` and ${others.length} more of the four files` : ''
  throw new DatasetError(
    'dataset-missing',
    `FASHION_MNIST_DIR is ${path}, but there is no ${missing.name}.gz${more} in it. ${REMEDIES.configured}`,
    { file: join(path, `${missing.name}.gz`) },
  )
}
