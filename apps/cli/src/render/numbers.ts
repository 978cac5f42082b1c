const UNKNOWN = '–'

/** A loss or an accuracy with four decimals; losses that are out of bounds in powers of ten. */
export function formatMetric(value: number | null | undefined): string {
  if (value === null || value === undefined) return UNKNOWN
  return Math.abs(value) >= 1000 ? value.toExponential(2) : value.toFixed(4)
}

/** Milliseconds in words of at most two units: `0.4 s`, `43 s`, `2 min 05 s`, `1 h 12 min`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 9950) return `${(durationMs / 1000).toFixed(1)} s`
  const seconds = Math.round(durationMs / 1000)
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${pad(seconds % 60)} s`
  const minutes = Math.round(seconds / 60)
  return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`
}

const pad = (count: number): string => String(count).padStart(2, '0')
