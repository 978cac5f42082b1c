import type { DatasetCheck } from '../canonical/manifest.js'
import type { FileTree, SourceFile } from './files/source-file.js'
import type { CompleteImportOptions, ImportControl } from './import-options.js'
import type { GivenSplit, Spool } from './spool.js'

/** What a reader of a kind of source works with. */
export interface ReadContext extends ImportControl {
  readonly tree: FileTree
  /** Those files of the tree that the kind is about. */
  readonly files: readonly SourceFile[]
  readonly options: CompleteImportOptions
  readonly spool: Spool
}

/** What a reader learned besides the images. */
export interface SourceFacts {
  /** Names of the classes, if the source has names; labels are indices into them. */
  readonly classNames?: readonly string[]
  /** At least so many classes, if the source says so. */
  readonly classes?: number
  readonly notes: readonly DatasetCheck[]
}

/** Puts all images of a source into the spool. */
export type ReadSource = (context: ReadContext) => Promise<SourceFacts>

const SPLIT_WORDS: Readonly<Record<string, GivenSplit>> = {
  train: 'train',
  training: 'train',
  val: 'validation',
  valid: 'validation',
  validation: 'validation',
  test: 'test',
  testing: 'test',
  t10k: 'test',
}

/** The split that a folder is named for; undefined if it is another name. */
export const splitOfFolder = (name: string): GivenSplit | undefined => SPLIT_WORDS[name.toLowerCase()]

const IMAGE_WORDS = /^(x|images?|pixels)$/
const LABEL_WORDS = /^(y|labels?|targets?)$/

/** What a file or an array is by its name: `x_train.npy`, `t10k-labels-idx1-ubyte.gz`, `fashion-mnist_test.csv`. */
export interface FileRole {
  readonly split: GivenSplit
  readonly content: 'images' | 'labels' | 'unknown'
  readonly isIdx: boolean
}

/** The role of a file by the words of its name. */
export function roleOf(path: string): FileRole {
  const words = (path.split('/').at(-1) ?? '').toLowerCase().split(/[^a-z0-9]+/)
  const split = words.map((word) => SPLIT_WORDS[word]).find((word) => word !== undefined) ?? 'all'
  const content = words.some((word) => IMAGE_WORDS.test(word))
    ? 'images'
    : words.some((word) => LABEL_WORDS.test(word))
      ? 'labels'
      : 'unknown'
  return { split, content, isIdx: words.some((word) => /^(idx\d?|ubyte)$/.test(word)) }
}
