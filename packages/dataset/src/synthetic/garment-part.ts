import type { Point } from './canvas.js'

/** One closed outline of a garment. */
export interface GarmentPart {
  readonly outline: readonly Point[]
  /** Brightness relative to the cloth: 1 is the cloth itself, 0 the background. */
  readonly shade: number
}

/** A rectangle between two corners. */
export const box = (left: number, top: number, right: number, bottom: number): Point[] => [
  [left, top],
  [right, top],
  [right, bottom],
  [left, bottom],
]

/** A band of the given width along a line from one point to another. */
export function band(from: Point, to: Point, width: number): Point[] {
  const [x0, y0] = from
  const [x1, y1] = to
  const scale = width / 2 / Math.sqrt((x1 - x0) ** 2 + (y1 - y0) ** 2)
  const [nx, ny] = [(y0 - y1) * scale, (x1 - x0) * scale]
  return [
    [x0 + nx, y0 + ny],
    [x1 + nx, y1 + ny],
    [x1 - nx, y1 - ny],
    [x0 - nx, y0 - ny],
  ]
}

/** An outline given by its left half, from top to bottom, closed by its mirror image. */
export const mirrored = (left: readonly Point[]): Point[] => [...left, ...mirror(left).reverse()]

export const mirror = (outline: readonly Point[]): Point[] => outline.map(([x, y]) => [-x, y])
