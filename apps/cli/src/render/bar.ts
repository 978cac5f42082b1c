/** A share from 0 to 1 as a bar of this many characters. It is full only if the share is. */
export function renderBar(share: number, width: number): string {
  const filled = Math.min(width, Math.max(0, Math.floor(share * width + 1e-9)))
  return '█'.repeat(filled) + '░'.repeat(width - filled)
}
