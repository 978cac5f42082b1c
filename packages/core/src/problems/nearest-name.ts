const LONGEST_WORTH_COMPARING = 40

/** The name that was probably meant: the same but for case, `_` and `-`, its beginning, or a slip or two away. */
export function nearestName(written: string, names: readonly string[]): string | undefined {
  if (written.length > LONGEST_WORTH_COMPARING) return undefined
  const wanted = plain(written)
  const slips = wanted.length > 4 ? 2 : 1
  const ranked = names
    .map((name) => ({ name, distance: distanceOf(wanted, plain(name)) }))
    .filter(({ distance }) => distance <= slips)
    .sort((a, b) => a.distance - b.distance)
  return ranked[0]?.name
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[\s_-]/g, '')

function distanceOf(a: string, b: string): number {
  if (a === b) return 0
  const isBeginning = Math.min(a.length, b.length) >= 3 && (a.startsWith(b) || b.startsWith(a))
  return isBeginning ? 1 : editDistance(a, b)
}

/** Levenshtein's: insertions, deletions and substitutions that turn one word into the other. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const substituted = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(substituted, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
