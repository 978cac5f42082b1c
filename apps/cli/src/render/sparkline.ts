const LEVELS = '▁▂▃▄▅▆▇█'

/** A curve as one line of at most `width` characters, from its lowest to its highest value; longer ones are averaged. */
export function renderSparkline(values: readonly number[], width: number): string {
  const points = average(values, Math.min(width, values.length))
  const finite = points.filter(Number.isFinite)
  const [low, high] = [Math.min(...finite), Math.max(...finite)]
  return points
    .map((value) => {
      if (!Number.isFinite(value)) return '×'
      const level = high > low ? Math.round(((value - low) / (high - low)) * (LEVELS.length - 1)) : 3
      return LEVELS[level] ?? ''
    })
    .join('')
}

/** The means of equal parts of a curve. */
function average(values: readonly number[], count: number): number[] {
  return Array.from({ length: count }, (_, index) => {
    const part = values.slice(
      Math.floor((index * values.length) / count),
      Math.floor(((index + 1) * values.length) / count),
    )
    return part.reduce((sum, value) => sum + value, 0) / part.length
  })
}
