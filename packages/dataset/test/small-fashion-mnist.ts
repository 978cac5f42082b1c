import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { FashionMnistOrigin, OfficialFile, OfficialFiles } from '../src/fashion-mnist/official-files.js'
import { formatIdx } from '../src/idx.js'

/** Four files in the form of the official ones with 60 and 10 images, by name with and without `.gz`. */
export interface SmallFashionMnist {
  readonly files: OfficialFiles
  readonly contents: ReadonlyMap<string, Uint8Array>
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** Builds them: image i is full of pixels of value i + 1 and has the label i mod 10. */
export function createSmallFashionMnist(): SmallFashionMnist {
  const contents = new Map<string, Uint8Array>()
  const add = (name: string, content: 'images' | 'labels', count: number): OfficialFile => {
    const shape = content === 'images' ? [count, 28, 28] : [count]
    const data = Uint8Array.from({ length: content === 'images' ? count * 784 : count }, (_, index) =>
      content === 'images' ? Math.floor(index / 784) + 1 : index % 10,
    )
    const idx = formatIdx({ shape, data })
    const zipped = gzipSync(idx)
    contents.set(name, idx).set(`${name}.gz`, zipped)
    return {
      name,
      content,
      shape,
      sha256: sha256(idx),
      gzipSha256: sha256(zipped),
      gzipSizeBytes: zipped.length,
    }
  }
  const files = {
    trainImages: add('train-images-idx3-ubyte', 'images', 60),
    trainLabels: add('train-labels-idx1-ubyte', 'labels', 60),
    testImages: add('t10k-images-idx3-ubyte', 'images', 10),
    testLabels: add('t10k-labels-idx1-ubyte', 'labels', 10),
  }
  return { files, contents }
}

/** Where they come from: these mirrors, and a Debian package that is not installed unless `debianDir` is given. */
export const createOrigin = (
  small: SmallFashionMnist,
  origin: Partial<FashionMnistOrigin> = {},
): FashionMnistOrigin => ({
  files: small.files,
  mirrors: [],
  debianDir: '/nonexistent/datasets/fashion-mnist',
  stallTimeoutMs: 10_000,
  ...origin,
})

/** Writes the four files into a new folder, zipped or not. */
export async function writeSmallFashionMnist(
  small: SmallFashionMnist,
  dir: string,
  form: 'zipped' | 'unzipped' = 'zipped',
): Promise<void> {
  await mkdir(dir, { recursive: true })
  for (const [name, bytes] of small.contents)
    if (name.endsWith('.gz') === (form === 'zipped')) await writeFile(join(dir, name), bytes)
}
