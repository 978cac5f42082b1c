import { readArrays } from './arrays/array-source.js'
import { isCifarBatch, readCifar } from './arrays/cifar-source.js'
import { readCsv } from './arrays/csv-source.js'
import type { FileTree, SourceFile } from './files/source-file.js'
import { countOf, invalidSource } from './invalid-source.js'
import { isPicture } from './pictures/picture-paths.js'
import { readPictures } from './pictures/picture-source.js'
import { type ReadSource, roleOf } from './source-reader.js'

interface Kind {
  readonly isMember: (file: SourceFile) => boolean
  readonly read: ReadSource
}

/** The first kind of which a source has files decides. */
const KINDS: readonly Kind[] = [
  { isMember: ({ path }) => path.endsWith('.npy'), read: readArrays },
  { isMember: ({ path }) => roleOf(path).isIdx, read: readArrays },
  { isMember: isCifarBatch, read: readCifar },
  { isMember: isPicture, read: readPictures },
  { isMember: ({ path }) => /\.csv(\.gz)?$/i.test(path), read: readCsv },
]

/**
 * Who reads a source, and which of its files.
 * @throws DatasetError if nothing in it is known.
 */
export function findReader(tree: FileTree): { read: ReadSource; files: readonly SourceFile[] } {
  for (const { isMember, read } of KINDS) {
    const files = tree.files.filter(isMember)
    if (files.length > 0) return { read, files }
  }
  const archive = tree.files.find(({ path }) => /\.(npz|zip|tar|tgz|tar\.gz)$/i.test(path))
  if (archive)
    throw invalidSource(
      `${tree.name}/${archive.path}`,
      'it is an archive within the source. Name it by itself.',
    )
  throw invalidSource(
    tree.name,
    `${describe(tree.files)}. Bring a folder, zip or tar with one folder of pictures (PNG, JPEG, WebP, BMP, GIF) a class, ` +
      'an .npz or .npy files with x_train and y_train, idx files, or CSV.',
  )
}

function describe(files: readonly SourceFile[]): string {
  if (files.length === 0) return 'it has no files'
  return `it has no images, only ${countOf(files.length, 'other file')} such as ${files[0]?.path}`
}
