import { useEffect } from 'react'

const RADIUS = 12

/** Names the page in the tab; with `progress` (0 to 1) the icon is a ring that fills. */
export function usePageTitle(title: string, progress?: number): void {
  useEffect(() => {
    document.title = title === '' ? 'sweepd' : `${title} · sweepd`
  }, [title])
  // Whole percents, so that the icon is not drawn again for nothing.
  const percent = progress === undefined ? undefined : Math.floor(progress * 100)
  useEffect(() => {
    const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]')
    if (icon === null || percent === undefined) return
    const original = icon.href
    icon.href = drawRing(percent / 100)
    return () => {
      icon.href = original
    }
  }, [percent])
}

function drawRing(progress: number): string {
  const length = 2 * Math.PI * RADIUS
  const circle = (color: string, dash: string) =>
    `<circle cx="16" cy="16" r="${RADIUS}" fill="none" stroke="${color}" stroke-width="7" ${dash}/>`
  const done = `stroke-dasharray="${progress * length} ${length}" transform="rotate(-90 16 16)"`
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${circle('#9fb0a9', '')}${circle('#14857f', done)}</svg>`
  return `data:image/svg+xml,${encodeURIComponent(svg)}`
}
