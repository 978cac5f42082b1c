import type { DatasetCheck } from '../../canonical/manifest.js'
import { isSystemFile } from '../files/source-file.js'
import { countOf, invalidSource } from '../invalid-source.js'
import type { ReadContext, SourceFacts } from '../source-reader.js'
import { decodePicture } from './decode-picture.js'
import { isPicture, orderClassNames, type PictureFile, sortPictures } from './picture-paths.js'

/** Pictures that are being decoded at the same time: more than the threads of libuv, so that none of them waits. */
const CONCURRENCY = 8

/**
 * Reads a folder of pictures, one folder a class.
 * @throws DatasetError naming the picture at fault.
 */
export async function readPictures(context: ReadContext): Promise<SourceFacts> {
  const { tree, files, options } = context
  const pictures = sortPictures(tree.name, files)
  const classNames = orderClassNames(pictures.map(({ className }) => className))
  const labels = new Map(classNames.map((name, label) => [name, label]))
  await forEachConcurrently(pictures, (picture) => {
    context.signal?.throwIfAborted()
    return readPicture(context, picture, labels.get(picture.className) ?? 0, pictures.length)
  })
  const resized =
    options.resize &&
    `${countOf(pictures.length, 'picture')} resized to ${options.resize.height}×${options.resize.width} (${options.resize.mode}).`
  return {
    classNames,
    notes: [
      ...(resized
        ? [{ code: 'resized', severity: 'note' as const, count: pictures.length, detail: resized }]
        : []),
      ...noteOthers(context),
      ...noteEmptyFolders(context),
    ],
  }
}

async function readPicture(
  context: ReadContext,
  picture: PictureFile,
  label: number,
  total: number,
): Promise<void> {
  const { tree, spool, options, onProgress } = context
  const { file, split } = picture
  const name = `${tree.name}/${file.path}`
  const image = await decodePicture(name, await file.read(), options)
  if (spool.size > 0 && (image.height !== spool.height || image.width !== spool.width))
    throw invalidSource(
      name,
      `it has ${image.height}×${image.width} pixels, but ${spool.paths[0]} ${spool.height}×${spool.width}. ` +
        'Give all one size with --resize HxW, and say whether to fit, crop or pad.',
    )
  await spool.add({ split, label, path: file.path, ...image })
  if (spool.size % 1000 === 0 || spool.size === total)
    onProgress?.({ step: 'reading', done: spool.size, total })
}

/** Returns when all are done; after a failure, as soon as those under way are. */
async function forEachConcurrently<T>(items: readonly T[], use: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values()
  let hasFailed = false
  const work = async () => {
    for (const item of rest) {
      if (hasFailed) return
      await use(item)
    }
  }
  const fail = (error: unknown) => {
    hasFailed = true
    throw error
  }
  const results = await Promise.allSettled(Array.from({ length: CONCURRENCY }, () => work().catch(fail)))
  for (const result of results) if (result.status === 'rejected') throw result.reason
}

function noteOthers({ tree }: ReadContext): DatasetCheck[] {
  const others = tree.files.filter((file) => !isPicture(file))
  return others[0]
    ? [
        {
          code: 'ignored-files',
          severity: 'note',
          count: others.length,
          detail: `${countOf(others.length, 'file')} left out that are no pictures, such as ${others[0].path}.`,
        },
      ]
    : []
}

/** A class whose pictures were forgotten would otherwise just not be there. */
function noteEmptyFolders({ tree, files }: ReadContext): DatasetCheck[] {
  const filled = new Set<string>()
  for (const { path } of files)
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      if (filled.has(path.slice(0, end))) break
      filled.add(path.slice(0, end))
    }
  const empty = tree.folders.filter(
    (folder) => folder !== '' && folder !== '.' && !isSystemFile(folder) && !filled.has(folder),
  )
  if (empty[0] === undefined) return []
  const detail = `${countOf(empty.length, 'folder has', 'folders have')} no pictures, such as ${empty[0]}: no class was made of it.`
  return [{ code: 'empty-folders', severity: 'warning', count: empty.length, detail }]
}
