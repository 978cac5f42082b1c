import type { Point } from './canvas.js'
import { band, box, type GarmentPart, mirror, mirrored } from './garment-part.js'
import type { RandomDraws } from './random-draws.js'

/** The cut that T-shirt, pullover, coat and shirt share; lengths in garment units. */
interface Cut {
  readonly sleeve: number
  readonly hem: number
  readonly waist: number
  readonly neckWidth: number
  readonly neckDepth: number
}

export function drawTshirt(random: RandomDraws): GarmentPart[] {
  const sleeve = random.chance(0.15) ? random.between(0.8, 1.1) : random.between(0.25, 0.6)
  return drawTop(random, {
    sleeve,
    hem: random.between(0.6, 0.95),
    waist: random.between(0.38, 0.52),
    neckWidth: random.between(0.16, 0.3),
    neckDepth: random.between(0.06, 0.3),
  })
}

export function drawPullover(random: RandomDraws): GarmentPart[] {
  const cut = {
    sleeve: random.between(0.95, 1.35),
    hem: random.between(0.6, 0.9),
    waist: random.between(0.4, 0.54),
    neckWidth: random.between(0.14, 0.24),
    neckDepth: random.between(0.03, 0.16),
  }
  const parts = drawTop(random, cut)
  if (random.chance(0.6)) {
    const shade = random.between(0.7, 0.9)
    parts.push({ outline: box(-cut.waist, cut.hem - 0.14, cut.waist, cut.hem), shade })
  }
  return parts
}

export function drawCoat(random: RandomDraws): GarmentPart[] {
  const cut = {
    sleeve: random.between(1, 1.35),
    hem: random.between(0.75, 1),
    waist: random.between(0.4, 0.55),
    neckWidth: random.between(0.14, 0.24),
    neckDepth: random.between(0.06, 0.3),
  }
  const parts = drawTop(random, cut)
  const opening = random.between(-0.06, 0.06)
  const shade = random.between(0.35, 0.8)
  const top: Point = [opening, -0.85 + cut.neckDepth]
  parts.push({ outline: band(top, [opening, cut.hem], random.between(0.06, 0.12)), shade })
  if (random.chance(0.7)) parts.push(...drawCollar(cut, random.between(0.65, 0.9), random.between(0.3, 0.5)))
  return parts
}

export function drawShirt(random: RandomDraws): GarmentPart[] {
  const cut = {
    sleeve: random.chance(0.4) ? random.between(0.3, 0.65) : random.between(0.95, 1.35),
    hem: random.between(0.65, 0.95),
    waist: random.between(0.34, 0.48),
    neckWidth: random.between(0.14, 0.24),
    neckDepth: random.between(0.06, 0.24),
  }
  const parts = drawTop(random, cut)
  const collarShade = random.chance(0.5) ? random.between(0.4, 0.65) : random.between(1.2, 1.5)
  if (random.chance(0.9)) parts.push(...drawCollar(cut, collarShade, random.between(0.2, 0.32)))
  if (random.chance(0.8)) parts.push(...drawButtons(cut, random.between(0.2, 0.55)))
  if (random.chance(0.5)) parts.push({ outline: box(0.14, -0.3, 0.34, 0), shade: random.between(0.55, 0.8) })
  return parts
}

function drawTop(random: RandomDraws, cut: Cut): GarmentPart[] {
  const shoulder = random.between(0.42, 0.54)
  const torso = mirrored([
    [0, -0.85 + cut.neckDepth],
    [-cut.neckWidth, -0.85],
    [-shoulder, -0.72],
    [-cut.waist, -0.3],
    [-cut.waist, cut.hem],
  ])
  const spread = random.between(0.12, 0.4)
  const drop = Math.sqrt(1 - spread ** 2)
  const width = random.between(0.2, 0.28)
  const cuff: Point = [-shoulder - spread * cut.sleeve, -0.6 + drop * cut.sleeve]
  const sleeve = band([-shoulder + 0.08, -0.64], cuff, width)
  const shade = random.between(0.85, 1.05)
  return [
    { outline: sleeve, shade },
    { outline: mirror(sleeve), shade },
    { outline: torso, shade: 1 },
  ]
}

function drawCollar(cut: Cut, shade: number, length: number): GarmentPart[] {
  const left: Point[] = [
    [-cut.neckWidth, -0.87],
    [0, -0.85 + cut.neckDepth],
    [-0.06, -0.85 + cut.neckDepth + length],
    [-cut.neckWidth - 0.06, -0.75],
  ]
  return [
    { outline: left, shade },
    { outline: mirror(left), shade },
  ]
}

function drawButtons(cut: Cut, shade: number): GarmentPart[] {
  const parts: GarmentPart[] = []
  for (let y = -0.8 + cut.neckDepth; y < cut.hem - 0.1; y += 0.3)
    parts.push({ outline: box(-0.07, y, 0.07, y + 0.14), shade })
  return parts
}
