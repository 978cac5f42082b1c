import type { Canvas, Placement } from './canvas.js'
import { box, type GarmentPart } from './garment-part.js'
import { drawBag, drawDress, drawTrouser } from './other-clothes.js'
import type { RandomDraws } from './random-draws.js'
import { drawAnkleBoot, drawSandal, drawSneaker } from './shoes.js'
import { drawCoat, drawPullover, drawShirt, drawTshirt } from './upper-body.js'

/** By class number, in the order of Fashion-MNIST. */
const GARMENTS: readonly ((random: RandomDraws) => GarmentPart[])[] = [
  drawTshirt,
  drawTrouser,
  drawPullover,
  drawDress,
  drawCoat,
  drawSandal,
  drawShirt,
  drawSneaker,
  drawBag,
  drawAnkleBoot,
]

/**
 * Draws one garment of this class, as chance will have it, into the canvas: brightness 0 to 255 before rounding.
 * `noise` is what `createNoise` gives.
 */
export function drawImage(canvas: Canvas, garment: number, random: RandomDraws, noise: Float32Array): void {
  const draw = GARMENTS[garment]
  if (!draw) throw new RangeError(`there is no garment ${garment}; they are numbered from 0 to 9`)
  canvas.clear()
  const placement = drawPlacement(random)
  const cloth = random.between(70, 235)
  for (const { outline, shade } of draw(random)) canvas.fill(outline, placement, cloth * shade)
  addTexture(canvas, random)
  if (random.chance(0.35)) occlude(canvas, random)
  addNoise(canvas, random, noise)
}

/** Nearly normal numbers to cut the noise of each image from: fresh ones for each pixel take half a second in all. */
export function createNoise(random: RandomDraws): Float32Array {
  const noise = new Float32Array(NOISE_LENGTH)
  for (let index = 0; index < NOISE_LENGTH; index++) noise[index] = random.nearlyNormal()
  return noise
}

const NOISE_LENGTH = 2 ** 17
const IN_PLACE: Placement = { xx: 1, xy: 0, yx: 0, yy: 1, dx: 0, dy: 0 }

/** Mirrored or not, smaller or larger, slanted both ways, off the middle. */
function drawPlacement(random: RandomDraws): Placement {
  const scale = random.between(0.75, 1.05)
  const side = random.chance(0.5) ? 1 : -1
  return {
    xx: side * scale * random.between(0.85, 1.1),
    xy: random.between(-0.16, 0.16),
    yx: random.between(-0.16, 0.16),
    yy: scale * random.between(0.85, 1.05),
    dx: random.between(-0.14, 0.14),
    dy: random.between(-0.14, 0.14),
  }
}

/** Stripes in one direction or two, and light from one side. */
function addTexture({ pixels, size }: Canvas, random: RandomDraws): void {
  const period = random.between(2.5, 7)
  const depth = random.between(0.1, 0.6)
  const rowFactors = drawFactors(size, random.chance(0.25) ? depth : 0, period, random)
  const columnFactors = drawFactors(size, random.chance(0.2) ? depth : 0, period, random)
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      const index = row * size + column
      pixels[index] = (pixels[index] ?? 0) * (rowFactors[row] ?? 1) * (columnFactors[column] ?? 1)
    }
}

/** Brightness along one axis: dark stripes of this depth (0 to 1) and period in pixels, and a slope. */
function drawFactors(size: number, depth: number, period: number, random: RandomDraws): Float64Array {
  const slope = random.between(-0.3, 0.3)
  const factors = new Float64Array(size)
  for (let position = 0; position < size; position++) {
    const stripe = position % period < period / 2 ? 1 - depth : 1
    factors[position] = stripe * (1 + slope * (position / size - 0.5))
  }
  return factors
}

/** Something else lies in front. */
function occlude(canvas: Canvas, random: RandomDraws): void {
  const left = random.between(-1, 0.7)
  const top = random.between(-1, 0.7)
  const patch = box(left, top, left + random.between(0.25, 0.7), top + random.between(0.25, 0.7))
  canvas.fill(patch, IN_PLACE, random.chance(0.5) ? 0 : random.between(0, 220))
}

function addNoise({ pixels }: Canvas, random: RandomDraws, noise: Float32Array): void {
  const deviation = random.between(4, 26)
  const start = Math.floor(random.between(0, noise.length - pixels.length))
  for (let index = 0; index < pixels.length; index++)
    pixels[index] = (pixels[index] ?? 0) + deviation * (noise[start + index] ?? 0)
}
