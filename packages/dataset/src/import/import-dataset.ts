import { dirname } from 'node:path'
import { createFolder } from '@sweepd/process'
import { CanonicalWriter } from '../canonical/canonical-writer.js'
import {
  type CanonicalManifest,
  type CanonicalShape,
  type DatasetCheck,
  SPLIT_NAMES,
} from '../canonical/manifest.js'
import { DatasetError } from '../dataset-error.js'
import { checkImages } from './check-images.js'
import { drawSplits, type Splits } from './draw-splits.js'
import { openTree } from './files/open-tree.js'
import type { FileTree } from './files/source-file.js'
import {
  type CompleteImportOptions,
  type ImportControl,
  type ImportOptions,
  importOptionsSchema,
} from './import-options.js'
import { invalidSource } from './invalid-source.js'
import { nameClasses } from './name-classes.js'
import { orderPaths } from './pictures/picture-paths.js'
import { type GivenSplit, Spool } from './spool.js'

/**
 * Reads someone's images, checks and splits them, and writes them to `target` in canonical form. The source is a
 * folder, an archive or a file; docs/data.md says which. Only if all of it could be read is anything left on disk.
 * @param target the folder that will hold the data set; it must not exist
 * @throws DatasetError naming the file at fault and the remedy; ZodError if an option is invalid; the signal's reason
 *   on abort.
 */
export async function importDataset(
  source: string,
  options: ImportOptions,
  target: string,
  control: ImportControl = {},
): Promise<CanonicalManifest> {
  const complete = importOptionsSchema.parse(options)
  try {
    return await importChecked({ source, target, options: complete, control })
  } catch (cause) {
    throw describeDiskError(dirname(target), cause)
  }
}

async function importChecked(order: Order): Promise<CanonicalManifest> {
  const { source, target, options, control } = order
  const workFolder = dirname(target)
  await createFolder(workFolder)
  const tree = await openTree(source, { workFolder, maxBytes: options.maxBytes, ...control })
  try {
    const spool = await Spool.create(source, workFolder, options.maxBytes)
    try {
      return await readInto(tree, spool, order)
    } finally {
      await spool.close()
    }
  } finally {
    await tree.close()
  }
}

/** What the system says when it lets nobody write; files that cannot be read are named before. */
const DISK_ERRORS = new Set([
  'ENOSPC',
  'EDQUOT',
  'EROFS',
  'EACCES',
  'EPERM',
  'EEXIST',
  'ENOTDIR',
  'ENOENT',
  'EIO',
  'EFBIG',
  'ENOTEMPTY',
])

function describeDiskError(folder: string, cause: unknown): unknown {
  const { code, message } = cause as NodeJS.ErrnoException
  if (cause instanceof DatasetError || code === undefined || !DISK_ERRORS.has(code)) return cause
  return new DatasetError(
    'dataset-unwritable',
    `${folder} cannot be written: ${message}. Make room, or choose another folder.`,
    { file: folder, cause },
  )
}

interface Order {
  readonly source: string
  readonly target: string
  readonly options: CompleteImportOptions
  readonly control: ImportControl
}

async function readInto(tree: FileTree, spool: Spool, order: Order): Promise<CanonicalManifest> {
  const { source, options, control } = order
  // Loads the decoders, which processes that only train never need.
  const { findReader } = await import('./find-reader.js')
  const { read, files } = findReader(tree)
  const facts = await read({ tree, files, spool, options, ...control })
  if (spool.size === 0) throw invalidSource(source, 'it has no images.')
  await spool.finish()
  const { classNames, notes } = nameClasses(source, spool, facts, options)
  const drawn = drawSplits(source, groupBySplit(spool), spool.labels, options.split)
  const checks = [...facts.notes, ...notes, ...drawn.notes, ...checkImages(spool, drawn.splits, classNames)]
  if (options.strict) refuseWarnings(source, checks)
  return writeCanonical(spool, drawn.splits, classNames, checks, order)
}

/** Numbers of the images by the split that the source gives, in the order that they will have. */
function groupBySplit({ splits, paths }: Spool): Map<GivenSplit, number[]> {
  const groups = new Map<GivenSplit, number[]>()
  for (const [image, split] of splits.entries()) {
    const group = groups.get(split)
    if (group) group.push(image)
    else groups.set(split, [image])
  }
  if (paths.length > 0) for (const [split, group] of groups) groups.set(split, orderPaths(paths, group))
  return groups
}

function refuseWarnings(source: string, checks: readonly DatasetCheck[]): void {
  const warnings = checks.filter(({ severity }) => severity === 'warning')
  if (warnings.length > 0)
    throw invalidSource(source, `strict refuses it. ${warnings.map(({ detail }) => detail).join(' ')}`)
}

const PIECE_BYTES = 1 << 20

async function writeCanonical(
  spool: Spool,
  splits: Splits,
  classNames: readonly string[],
  checks: readonly DatasetCheck[],
  { target, control }: Order,
): Promise<CanonicalManifest> {
  const { height, width, channels } = spool
  const sizes = { train: splits.train.length, validation: splits.validation.length, test: splits.test.length }
  const shape: CanonicalShape = { height, width, channels, classNames, sizes }
  const writer = await CanonicalWriter.create(target, shape)
  try {
    let done = 0
    for (const split of SPLIT_NAMES) {
      await writeImages(writer, spool, splits[split], (count) => {
        control.signal?.throwIfAborted()
        done += count
        control.onProgress?.({ step: 'writing', done, total: spool.size })
      })
      await writer.append(encodeLabels(spool, splits[split]))
    }
    return await writer.finish(checks)
  } catch (error) {
    await writer.discard()
    throw error
  }
}

async function writeImages(
  writer: CanonicalWriter,
  spool: Spool,
  images: readonly number[],
  onWritten: (count: number) => void,
): Promise<void> {
  const imageBytes = spool.height * spool.width * spool.channels
  const perPiece = Math.max(1, Math.floor(PIECE_BYTES / imageBytes))
  for (let start = 0; start < images.length; start += perPiece) {
    const piece = images.slice(start, start + perPiece)
    const bytes = new Uint8Array(piece.length * imageBytes)
    for (const [position, image] of piece.entries())
      spool.readInto(image, bytes.subarray(position * imageBytes, (position + 1) * imageBytes))
    await writer.append(bytes)
    onWritten(piece.length)
  }
}

function encodeLabels({ labels }: Spool, images: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(images.length * 2)
  for (const [position, image] of images.entries()) bytes.writeUInt16LE(labels[image] ?? 0, position * 2)
  return bytes
}
