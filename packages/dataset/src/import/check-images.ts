import { type DatasetCheck, SPLIT_NAMES, type SplitName } from '../canonical/manifest.js'
import type { Splits } from './draw-splits.js'
import { DuplicateTable } from './duplicate-table.js'
import { countOf } from './invalid-source.js'
import type { Spool } from './spool.js'

/** A class that has this many times the training images of another is told. */
const IMBALANCE = 3
/** If no pixel of a whole set is brighter, it was probably not scaled to 0 … 255. */
const DARK = 32

/** Looks through all images and tells what a person should know before training on them. */
export function checkImages(spool: Spool, splits: Splits, classNames: readonly string[]): DatasetCheck[] {
  return [
    ...checkClasses(spool, splits, classNames),
    ...checkConstant(spool),
    ...checkDark(spool),
    ...checkDuplicates(spool, splits, classNames),
  ]
}

function checkClasses({ labels }: Spool, splits: Splits, classNames: readonly string[]): DatasetCheck[] {
  const checks: DatasetCheck[] = []
  for (const split of SPLIT_NAMES) {
    const counts = new Array<number>(classNames.length).fill(0)
    for (const image of splits[split]) counts[labels[image] ?? 0] = (counts[labels[image] ?? 0] ?? 0) + 1
    checks.push(...checkMissing(split, counts, classNames))
    if (split === 'train') checks.push(...checkBalance(counts, classNames))
  }
  return checks
}

function checkMissing(
  split: SplitName,
  counts: readonly number[],
  classNames: readonly string[],
): DatasetCheck[] {
  const missing = classNames.filter((_, label) => counts[label] === 0)
  if (missing.length === 0) return []
  const names = missing
    .slice(0, 5)
    .map((name) => JSON.stringify(name))
    .join(', ')
  const more = missing.length > 5 ? ` and ${missing.length - 5} more` : ''
  return [
    {
      code: `${split}-class-missing`,
      severity: 'warning',
      count: missing.length,
      detail: `${countOf(missing.length, 'class has', 'classes have')} no ${split} images: ${names}${more}.`,
    },
  ]
}

function checkBalance(counts: readonly number[], classNames: readonly string[]): DatasetCheck[] {
  const present = counts.filter((count) => count > 0)
  const [most, fewest] = [Math.max(...present), Math.min(...present)]
  if (most < IMBALANCE * fewest) return []
  const nameOf = (count: number) => JSON.stringify(classNames[counts.indexOf(count)])
  const detail =
    `The largest class, ${nameOf(most)}, has ${(most / fewest).toFixed(1)} times the training images of the smallest, ` +
    `${nameOf(fewest)}: ${most.toLocaleString('en')} and ${fewest.toLocaleString('en')}.`
  return [{ code: 'imbalance', severity: 'note', count: present.length, detail }]
}

function checkConstant(spool: Spool): DatasetCheck[] {
  const [first] = spool.constant
  if (first === undefined) return []
  const count = spool.constant.length
  const detail = `${countOf(count, 'image has', 'images have')} the same value in every pixel, such as ${spool.nameOf(first)}.`
  return [{ code: 'constant-images', severity: 'warning', count, detail }]
}

function checkDark({ maxPixel, size }: Spool): DatasetCheck[] {
  if (maxPixel > DARK) return []
  const detail = `The brightest pixel of all has the value ${maxPixel}, of 255 possible. Scale the images if that is not meant.`
  return [{ code: 'dark', severity: 'note', count: size, detail }]
}

/** What is known of an image that occurs more than once. */
interface Occurrence {
  readonly image: number
  readonly split: SplitName
}

function checkDuplicates(spool: Spool, splits: Splits, classNames: readonly string[]): DatasetCheck[] {
  const table = new DuplicateTable(spool)
  const duplicates = countZero()
  const leaks = { validation: countZero(), test: countZero() }
  const examples = new Map<string, [Occurrence, Occurrence]>()
  const conflicts: [number, number][] = []
  for (const split of SPLIT_NAMES)
    for (const image of splits[split]) {
      const first = table.add(image, split)
      if (!first) continue
      const key = first.split === split ? split : `${first.split} ${split}`
      if (!examples.has(key)) examples.set(key, [first, { image, split }])
      if (first.split === split) duplicates[split]++
      else if (split !== 'train') leaks[split][first.split]++
      if (spool.labels[first.image] !== spool.labels[image]) conflicts.push([first.image, image])
    }
  const example = (key: string) => {
    const [a, b] = examples.get(key) ?? []
    return a && b ? `, such as ${spool.nameOf(b.image)} and ${spool.nameOf(a.image)}` : ''
  }
  return [
    ...SPLIT_NAMES.filter((split) => duplicates[split] > 0).map(
      (split): DatasetCheck => ({
        code: `${split}-duplicates`,
        severity: 'note',
        count: duplicates[split],
        detail: `${countOf(duplicates[split], `${split} image repeats`, `${split} images repeat`)} another one${example(split)}.`,
      }),
    ),
    ...noteLeaks(leaks, example),
    ...noteConflicts(spool, conflicts, classNames),
  ]
}

const countZero = (): Record<SplitName, number> => ({ train: 0, validation: 0, test: 0 })

function noteLeaks(
  leaks: Record<'validation' | 'test', Record<SplitName, number>>,
  example: (key: string) => string,
): DatasetCheck[] {
  const pairs = [
    ['train', 'validation'],
    ['train', 'test'],
    ['validation', 'test'],
  ] as const
  return pairs
    .filter(([from, to]) => leaks[to][from] > 0)
    .map(([from, to]) => ({
      code: `leakage-${from}-${to}`,
      severity: 'warning' as const,
      count: leaks[to][from],
      detail:
        `${countOf(leaks[to][from], `${to} image is`, `${to} images are`)} also in ${from}${example(`${from} ${to}`)}: ` +
        'scores will look better than they are.',
    }))
}

function noteConflicts(
  spool: Spool,
  conflicts: readonly [number, number][],
  classNames: readonly string[],
): DatasetCheck[] {
  const [first] = conflicts
  if (!first) return []
  const [a, b] = first.map(
    (image) => `${spool.nameOf(image)} (${JSON.stringify(classNames[spool.labels[image] ?? 0])})`,
  )
  const detail = `${countOf(conflicts.length, 'image repeats', 'images repeat')} one of another class, such as ${b} and ${a}.`
  return [{ code: 'conflicting-labels', severity: 'warning', count: conflicts.length, detail }]
}
