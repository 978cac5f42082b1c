import { CANONICAL_LIMITS, type DatasetCheck } from '../canonical/manifest.js'
import type { CompleteImportOptions } from './import-options.js'
import { countOf, invalidSource } from './invalid-source.js'
import type { SourceFacts } from './source-reader.js'
import type { Spool } from './spool.js'

/**
 * The names of the classes by their numbers. Labels that are numbers from 1 are counted from 0 from now on, and keep
 * their numbers as names.
 * @throws DatasetError if a label has no class, or there are too few or too many classes.
 */
export function nameClasses(
  source: string,
  spool: Spool,
  facts: SourceFacts,
  options: CompleteImportOptions,
): { classNames: readonly string[]; notes: DatasetCheck[] } {
  const lowest = spool.labels.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  const highest = spool.labels.reduce((a, b) => Math.max(a, b), 0)
  const isFromOne =
    lowest === 1 && !facts.classNames && !facts.classes && options.classNames?.length !== highest + 1
  if (isFromOne) for (const [index, label] of spool.labels.entries()) spool.labels[index] = label - 1
  const first = isFromOne ? 1 : 0
  const count = Math.max(facts.classes ?? 0, highest + 1 - first)
  const classNames =
    options.classNames ?? facts.classNames ?? Array.from({ length: count }, (_, label) => `${label + first}`)
  if (count > classNames.length)
    throw invalidSource(
      source,
      `it has labels up to ${highest}, but there are ${classNames.length} class names.`,
    )
  if (options.classNames && facts.classNames && options.classNames.join() !== facts.classNames.join())
    throw invalidSource(
      source,
      `its classes have names already (${facts.classNames.slice(0, 5).join(', ')}). Leave class names out.`,
    )
  checkCount(source, classNames, highest)
  const detail = `Labels run from 1 to ${highest}; they are classes 0 to ${highest - 1} now, with their old numbers as names.`
  return {
    classNames,
    notes: isFromOne ? [{ code: 'labels-from-one', severity: 'note', count: spool.size, detail }] : [],
  }
}

function checkCount(source: string, classNames: readonly string[], highest: number): void {
  const { minClasses, maxClasses, maxClassNameLength } = CANONICAL_LIMITS
  if (classNames.length < minClasses)
    throw invalidSource(
      source,
      `all its images are of one class (${classNames[0]}); there must be at least ${minClasses}.`,
    )
  if (classNames.length > maxClasses)
    throw invalidSource(
      source,
      `it has ${countOf(classNames.length, 'class', 'classes')} (the highest label is ${highest}); at most ${maxClasses} are possible.`,
    )
  const long = classNames.find((name) => name.length > maxClassNameLength)
  if (long)
    throw invalidSource(
      source,
      `the class name ${long.slice(0, 40)}… is longer than ${maxClassNameLength} characters.`,
    )
}
