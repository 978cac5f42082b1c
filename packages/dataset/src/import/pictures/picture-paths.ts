import type { SourceFile } from '../files/source-file.js'
import { invalidSource } from '../invalid-source.js'
import { splitOfFolder } from '../source-reader.js'
import type { GivenSplit } from '../spool.js'

/** A picture with what its path says. */
export interface PictureFile {
  readonly file: SourceFile
  readonly split: GivenSplit
  readonly className: string
}

const PICTURE_NAME = /\.(png|jpe?g|jfif|webp|bmp|dib|gif)$/i

/** Whether a file is a picture by its name. */
export const isPicture = ({ path }: SourceFile) => PICTURE_NAME.test(path)

/**
 * Split and class of each picture by its folders: `class/picture`, or `train/class/picture` where all pictures lie in
 * train, val or test. A folder around everything is left aside.
 * @throws DatasetError naming a picture that lies elsewhere.
 */
export function sortPictures(source: string, files: readonly SourceFile[]): PictureFile[] {
  const skipped = countCommonFolders(files)
  const parts = files.map((file) => ({ file, path: file.path.split('/').slice(skipped) }))
  const isSplit = parts.some(({ path }) => path.length > 2 && splitOfFolder(path[0] ?? '') !== undefined)
  return parts.map(({ file, path }) => {
    const split = isSplit ? splitOfFolder(path[0] ?? '') : 'all'
    if (split === undefined)
      throw invalidSource(
        `${source}/${file.path}`,
        'other pictures lie in train, val or test, but this one does not.',
      )
    const [className, ...rest] = isSplit ? path.slice(1) : path
    if (className === undefined || rest.length === 0)
      throw invalidSource(
        `${source}/${file.path}`,
        'this picture lies in no folder that names its class. Give each class a folder.',
      )
    return { file, split, className }
  })
}

/** How many folders contain everything and are neither split nor class. */
function countCommonFolders(files: readonly SourceFile[]): number {
  const [first, ...others] = files.map(({ path }) => path.split('/').slice(0, -1))
  if (!first) return 0
  let count = 0
  while (
    count < first.length - 1 &&
    splitOfFolder(first[count] ?? '') === undefined &&
    others.every((path) => path[count] === first[count] && path.length > count + 1)
  )
    count++
  return count
}

/**
 * Class names in the order of their numbers: as numbers if all are whole numbers, otherwise by code points. So folders
 * 0 … 10 are the classes that the labels 0 … 10 are.
 */
export function orderClassNames(names: Iterable<string>): string[] {
  const distinct = [...new Set(names)]
  const isNumeric = distinct.every((name) => /^(0|[1-9]\d{0,14})$/.test(name))
  return distinct.sort(isNumeric ? (a, b) => Number(a) - Number(b) : compareText)
}

/**
 * The order of pictures within a split: by the last number in the name of the file, then by its name, then by its
 * class. Files numbered as the entries of an array keep the order of the array; files numbered within their class
 * alternate between the classes, so that the first thousand are a sample.
 * @returns the indices of the paths in that order
 */
export function orderPaths(paths: readonly string[], indices: readonly number[]): number[] {
  const keys = indices.map((index) => {
    const path = paths[index] ?? ''
    return { index, path, name: nameOf(path), number: numberOf(path) }
  })
  keys.sort((a, b) => a.number - b.number || compareText(a.name, b.name) || compareText(a.path, b.path))
  return keys.map(({ index }) => index)
}

const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1)

/** Files without a number come last. */
function numberOf(path: string): number {
  const name = nameOf(path)
  const digits = /(\d+)\D*$/.exec(name.replace(/\.[^.]*$/, ''))?.[1]
  return digits === undefined ? Number.MAX_VALUE : Number(digits)
}

/** By UTF-16 code units: the same everywhere, unlike `localeCompare`. */
const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
