const COLORS = 10
const DASHES = ['', '7 3', '2 3', '9 3 2 3'] as const

/** The colour of a trial in every view: by its number, so that it keeps it. */
export const colorOf = (number: number): string => `var(--series-${number % COLORS})`

/** Tells trials of the same colour apart. */
export const dashOf = (number: number): string => DASHES[Math.floor(number / COLORS) % DASHES.length] ?? ''

/** A colour of the theme as canvas needs it; `element` is where it will be seen. */
export function resolveColor(element: HTMLElement, color: string): string {
  const before = element.style.color
  element.style.color = color
  const resolved = getComputedStyle(element).color
  element.style.color = before
  return resolved
}
