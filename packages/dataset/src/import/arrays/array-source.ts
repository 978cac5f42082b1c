import type { DatasetCheck } from '../../canonical/manifest.js'
import type { SourceFile } from '../files/source-file.js'
import { countOf, invalidSource } from '../invalid-source.js'
import { fitPixels } from '../pictures/fit-pixels.js'
import type { FileRole, ReadContext, SourceFacts } from '../source-reader.js'
import { roleOf } from '../source-reader.js'
import type { GivenSplit } from '../spool.js'
import { type ArrayFile, readArrayHeader } from './array-file.js'
import { findLayout, findScale, type ImageLayout, type PixelScale, readImages } from './image-array.js'
import { type Labels, readLabels } from './label-array.js'

interface ArrayPart {
  readonly split: GivenSplit
  readonly images: ArrayFile
  readonly layout: ImageLayout
  readonly labels: Labels
}

/**
 * Reads pairs of arrays: idx files, `.npy` files, or the members of an `.npz`.
 * @throws DatasetError naming the array at fault.
 */
export async function readArrays(context: ReadContext): Promise<SourceFacts> {
  const { tree, files, options, spool, signal, onProgress } = context
  const { pairs, unknown } = findPairs(tree.name, files)
  const parts: ArrayPart[] = []
  for (const [split, pair] of pairs) {
    const images = await readArrayHeader(tree.name, pair.images)
    const layout = findLayout(images, options)
    const labels = await readLabels(await readArrayHeader(tree.name, pair.labels), layout.count)
    parts.push({ split, images, layout, labels })
  }
  checkAlike(parts)
  const scale = await findScale(parts.map(({ images }) => images))
  const total = parts.reduce((sum, { layout }) => sum + layout.count, 0)
  for (const part of parts) {
    spool.beginPart(part.images.file.path.replace(/\.(npy|gz)$/, ''))
    let index = 0
    await readImages(part.images, part.layout, scale, async (pixels) => {
      signal?.throwIfAborted()
      await spool.add({
        split: part.split,
        label: part.labels.values[index++] ?? 0,
        ...(await fitPixels({ ...part.layout, pixels }, options)),
      })
      if (spool.size % 1000 === 0 || spool.size === total)
        onProgress?.({ step: 'reading', done: spool.size, total })
    })
  }
  return { ...classesOf(parts), notes: [...noteScale(scale, total), ...noteUnknown(unknown)] }
}

type Pair = Record<'images' | 'labels', SourceFile>

function findPairs(source: string, files: readonly SourceFile[]) {
  const found = new Map<GivenSplit, Partial<Pair>>()
  const unknown: SourceFile[] = []
  for (const file of files) {
    const role: FileRole = roleOf(file.path)
    if (role.content === 'unknown') {
      unknown.push(file)
      continue
    }
    const pair = found.get(role.split) ?? {}
    const other = pair[role.content]
    if (other)
      throw invalidSource(source, `${other.path} and ${file.path} are both ${role.content} of ${role.split}.`)
    found.set(role.split, { ...pair, [role.content]: file })
  }
  if (found.size === 0)
    throw invalidSource(
      source,
      `none of its arrays (${files
        .map(({ path }) => path)
        .slice(0, 5)
        .join(', ')}) has a name that is known. ` +
        'Name them x_train and y_train, x_test and y_test, x_val and y_val; or x and y.',
    )
  return { pairs: [...found].map(([split, pair]) => [split, completePair(source, pair)] as const), unknown }
}

function completePair(source: string, { images, labels }: Partial<Pair>): Pair {
  if (images && labels) return { images, labels }
  const there = images ?? labels
  throw invalidSource(
    `${source}/${there?.path}`,
    `there are no ${images ? 'labels' : 'images'} to it in ${source}.`,
  )
}

function checkAlike(parts: readonly ArrayPart[]): void {
  const [first] = parts
  for (const { images, layout, labels } of parts) {
    if (!first) continue
    const shape = [layout.height, layout.width, layout.channels].join('×')
    const expected = [first.layout.height, first.layout.width, first.layout.channels].join('×')
    if (shape !== expected)
      throw invalidSource(
        images.name,
        `its images are ${shape}, but those of ${first.images.name} ${expected}.`,
      )
    if (labels.classes !== first.labels.classes)
      throw invalidSource(images.name, `its labels have another form than those of ${first.images.name}.`)
  }
}

function classesOf(parts: readonly ArrayPart[]): { classes?: number } {
  const classes = parts[0]?.labels.classes
  return classes === undefined ? {} : { classes }
}

const noteScale = (scale: PixelScale | undefined, count: number): DatasetCheck[] =>
  scale?.note ? [{ code: 'rescaled', severity: 'note', count, detail: `${scale.note}.` }] : []

const noteUnknown = (unknown: readonly SourceFile[]): DatasetCheck[] =>
  unknown[0]
    ? [
        {
          code: 'ignored-files',
          severity: 'note',
          count: unknown.length,
          detail: `${countOf(unknown.length, 'array')} with another name left out, such as ${unknown[0].path}.`,
        },
      ]
    : []
