import type { DatasetCheck, SplitName } from '../canonical/manifest.js'
import { MersenneTwister } from '../mersenne-twister.js'
import { permuteIndices } from '../permute-indices.js'
import { splitIndices } from '../split-indices.js'
import type { CompleteImportOptions } from './import-options.js'
import { countOf, invalidSource } from './invalid-source.js'
import type { GivenSplit } from './spool.js'

/** Numbers of the images of each split, in their order. */
export type Splits = Readonly<Record<SplitName, readonly number[]>>

type SplitOptions = CompleteImportOptions['split']

/**
 * Keeps the splits that are given and draws those that are missing from the training images: first test, then
 * validation. Without stratification the draw is that of `splitIndices`.
 * @throws DatasetError if there are too few training images to draw from.
 */
export function drawSplits(
  source: string,
  given: ReadonlyMap<GivenSplit, readonly number[]>,
  labels: readonly number[],
  options: SplitOptions,
): { splits: Splits; notes: DatasetCheck[] } {
  const notes: DatasetCheck[] = []
  let train = [...(given.get('train') ?? []), ...(given.get('all') ?? [])]
  const draw = (split: 'test' | 'validation', share: number): readonly number[] => {
    const there = given.get(split)
    if (there) return there
    const drawn = drawShare(source, train, labels, share, options)
    notes.push(noteDraw(split, drawn.held.length, train.length, options))
    train = drawn.rest
    return drawn.held
  }
  const test = draw('test', options.testShare)
  const validation = draw('validation', options.validationShare)
  if (train.length === 0) throw invalidSource(source, 'it has no training images.')
  return { splits: { train, validation, test }, notes }
}

function noteDraw(
  split: SplitName,
  count: number,
  from: number,
  { seed, stratify }: SplitOptions,
): DatasetCheck {
  const way = stratify ? 'the same share of each class, ' : ''
  const detail = `${countOf(count, `${split} image`)} drawn from ${from.toLocaleString('en')} (${way}seed ${seed}).`
  return { code: `${split}-drawn`, severity: 'note', count, detail }
}

function drawShare(
  source: string,
  pool: readonly number[],
  labels: readonly number[],
  share: number,
  { seed, stratify }: SplitOptions,
): { held: number[]; rest: number[] } {
  // As scikit-learn rounds it; the margin is that of 1/6 of 6 in floating point.
  const count = Math.ceil(share * pool.length - 1e-9)
  if (count < 1 || count >= pool.length)
    throw invalidSource(
      source,
      `${countOf(pool.length, 'training image')} are too few to draw a share of ${share.toFixed(3)} from.`,
    )
  const choice = stratify
    ? stratifyIndices(
        pool.map((image) => labels[image] ?? 0),
        count,
        seed,
      )
    : splitIndices(pool.length, count, seed)
  const pick = (indices: ArrayLike<number>) => Array.from(indices, (index) => pool[index] ?? 0)
  return 'held' in choice
    ? { held: pick(choice.held), rest: pick(choice.rest) }
    : { held: pick(choice.validation), rest: pick(choice.train) }
}

/**
 * Holds out `count` indices so that each class keeps its share: one permutation, of which each class gives its first
 * images. Quotas are rounded by largest remainders.
 */
export function stratifyIndices(
  labels: readonly number[],
  count: number,
  seed: number,
): { held: number[]; rest: number[] } {
  const quotas = shareOut(labels, count)
  const held: number[] = []
  const rest: number[] = []
  for (const index of permuteIndices(new MersenneTwister(seed), labels.length)) {
    const label = labels[index] ?? 0
    const left = quotas.get(label) ?? 0
    if (left > 0) quotas.set(label, left - 1)
    ;(left > 0 ? held : rest).push(index)
  }
  return { held, rest }
}

/** How many of each class are held out; together `count`. */
function shareOut(labels: readonly number[], count: number): Map<number, number> {
  const sizes = new Map<number, number>()
  for (const label of labels) sizes.set(label, (sizes.get(label) ?? 0) + 1)
  const exact = [...sizes].map(([label, size]) => {
    const quota = (size * count) / labels.length
    return { label, floor: Math.floor(quota), remainder: quota - Math.floor(quota) }
  })
  let missing = count - exact.reduce((sum, { floor }) => sum + floor, 0)
  exact.sort((a, b) => b.remainder - a.remainder || a.label - b.label)
  return new Map(exact.map(({ label, floor }) => [label, floor + (missing-- > 0 ? 1 : 0)]))
}
