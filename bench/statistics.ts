/** The middle one; of an even count the higher of the two. */
export const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN

/** The median, and from where to where all of them reach: `12.3 (11.0 to 15.9)`. */
export const describeSpread = (numbers: readonly number[], digits = 1): string => {
  const [lowest, highest] = [Math.min(...numbers), Math.max(...numbers)]
  return `${median(numbers).toFixed(digits)} (${lowest.toFixed(digits)} to ${highest.toFixed(digits)})`
}
