/** A point of a garment: x to the right, y down, both from −1 to 1 over the image. */
export type Point = readonly [x: number, y: number]

/** Where a garment lies in the image: a linear map of garment coordinates, then a shift, in garment units. */
export interface Placement {
  readonly xx: number
  readonly xy: number
  readonly yx: number
  readonly yy: number
  readonly dx: number
  readonly dy: number
}

/** Each pixel row is cut into so many lines; along a line the coverage is exact. */
const LINES_PER_ROW = 3
/** No outline may cross a line more often. */
const MAX_CROSSINGS = 16

/** A square grey image that closed outlines are painted into, smoothed at their edges. */
export class Canvas {
  /** `[size, size]`: brightness, 0 is black. */
  readonly pixels: Float32Array
  private readonly coverage: Float32Array
  private readonly crossings = new Float64Array(MAX_CROSSINGS)

  constructor(readonly size: number) {
    this.pixels = new Float32Array(size * size)
    this.coverage = new Float32Array(size)
  }

  clear(): void {
    this.pixels.fill(0)
  }

  /** Paints the inside of the outline (even-odd rule) in one brightness over what is there. */
  fill(outline: readonly Point[], placement: Placement, brightness: number): void {
    const { xx, xy, yx, yy, dx, dy } = placement
    const xs = new Float64Array(outline.length)
    const ys = new Float64Array(outline.length)
    let top = this.size
    let bottom = 0
    for (let corner = 0; corner < outline.length; corner++) {
      const [x, y] = outline[corner] ?? [0, 0]
      const pixelY = this.toPixels(yx * x + yy * y + dy)
      xs[corner] = this.toPixels(xx * x + xy * y + dx)
      ys[corner] = pixelY
      top = Math.min(top, Math.floor(pixelY))
      bottom = Math.max(bottom, Math.floor(pixelY))
    }
    top = Math.max(top, 0)
    bottom = Math.min(bottom, this.size - 1)
    for (let row = top; row <= bottom; row++) this.fillRow(xs, ys, row, brightness)
  }

  private toPixels(coordinate: number): number {
    return ((coordinate + 1) / 2) * this.size
  }

  private fillRow(xs: Float64Array, ys: Float64Array, row: number, brightness: number): void {
    const { crossings, size } = this
    let first = size
    let last = 0
    for (let line = 0; line < LINES_PER_ROW; line++) {
      const count = findCrossings(xs, ys, row + (line + 0.5) / LINES_PER_ROW, crossings)
      for (let pair = 0; pair + 1 < count; pair += 2) {
        const from = Math.max(0, crossings[pair] ?? 0)
        const to = Math.min(size, crossings[pair + 1] ?? 0)
        if (from >= to) continue
        this.cover(from, to)
        first = Math.min(first, Math.floor(from))
        last = Math.max(last, Math.ceil(to))
      }
    }
    this.blend(row, first, last, brightness)
  }

  /** Adds the stretch between two edges along one line to the coverage of the pixels that it touches. */
  private cover(from: number, to: number): void {
    const { coverage } = this
    for (let column = Math.floor(from); column < to; column++)
      coverage[column] = (coverage[column] ?? 0) + Math.min(to, column + 1) - Math.max(from, column)
  }

  /** Paints the covered pixels of the row and leaves the coverage at 0 for the next one. */
  private blend(row: number, first: number, last: number, brightness: number): void {
    const { coverage, pixels, size } = this
    for (let column = first; column < last; column++) {
      const share = (coverage[column] ?? 0) / LINES_PER_ROW
      const index = row * size + column
      pixels[index] = (pixels[index] ?? 0) * (1 - share) + brightness * share
      coverage[column] = 0
    }
  }
}

/** Puts into `crossings`, from left to right, where the line at height `y` crosses the outline; returns how often. */
function findCrossings(xs: Float64Array, ys: Float64Array, y: number, crossings: Float64Array): number {
  let count = 0
  let from = xs.length - 1
  for (let to = 0; to < xs.length; from = to++) {
    const fromX = xs[from] ?? 0
    const fromY = ys[from] ?? 0
    const toY = ys[to] ?? 0
    if (fromY <= y === toY <= y) continue
    const crossing = fromX + ((y - fromY) / (toY - fromY)) * ((xs[to] ?? 0) - fromX)
    let place = count++
    for (; place > 0 && (crossings[place - 1] ?? 0) > crossing; place--)
      crossings[place] = crossings[place - 1] ?? 0
    crossings[place] = crossing
  }
  return count
}
