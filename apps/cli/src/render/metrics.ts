const UNKNOWN = '–'

/** A loss or an accuracy with four decimals; losses that are out of bounds in powers of ten. */
export function formatMetric(value: number | null | undefined): string {
  if (value === null || value === undefined) return UNKNOWN
  return Math.abs(value) >= 1000 ? value.toExponential(2) : value.toFixed(4)
}
