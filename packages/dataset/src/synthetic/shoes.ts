import type { Point } from './canvas.js'
import { band, box, type GarmentPart } from './garment-part.js'
import type { RandomDraws } from './random-draws.js'

/** Shoes point to the left. */
export function drawSandal(random: RandomDraws): GarmentPart[] {
  const heel = random.chance(0.4) ? random.between(0.25, 0.6) : random.between(0, 0.12)
  const thick = random.between(0.1, 0.22)
  const ground = 0.55
  const back = ground - heel
  const sole: Point[] = [
    [-0.95, ground - thick],
    [-0.3, ground - thick],
    [0.9, back - thick],
    [0.9, back],
    [-0.2, ground],
    [-0.95, ground],
  ]
  const parts: GarmentPart[] = [{ outline: sole, shade: 1 }]
  if (heel > 0.2) parts.push({ outline: box(0.72, back - 0.05, 0.9, ground), shade: 1 })
  const height = random.between(0.25, 0.6)
  const straps = random.between(1, 4.5)
  for (let strap = 0; strap < Math.floor(straps); strap++) {
    const x = random.between(-0.8, 0.6)
    const foot: Point = [x, ground - 0.15 - Math.max(0, x) * heel]
    const tip: Point = [x + random.between(-0.1, 0.45), foot[1] - height * random.between(0.5, 1)]
    parts.push({ outline: band(foot, tip, random.between(0.08, 0.18)), shade: random.between(0.7, 1) })
  }
  if (random.chance(0.5))
    parts.push({ outline: band([0.3, back - height], [0.85, back - 0.1], 0.12), shade: 0.9 })
  return parts
}

export function drawSneaker(random: RandomDraws): GarmentPart[] {
  const ankle = random.between(-0.3, 0.05)
  return drawShoe(random, { ankle, shaft: random.between(0.2, 0.4), sole: random.between(0.1, 0.2), heel: 0 })
}

export function drawAnkleBoot(random: RandomDraws): GarmentPart[] {
  const heel = random.chance(0.5) ? random.between(0.1, 0.35) : 0
  return drawShoe(random, {
    ankle: random.between(-0.95, -0.2),
    shaft: random.between(0.05, 0.3),
    sole: random.between(0.06, 0.16),
    heel,
  })
}

/** `ankle`: height of the opening; `shaft`: x where it begins; `sole`: thickness; `heel`: height. */
interface Shoe {
  readonly ankle: number
  readonly shaft: number
  readonly sole: number
  readonly heel: number
}

function drawShoe(random: RandomDraws, { ankle, shaft, sole, heel }: Shoe): GarmentPart[] {
  const ground = 0.55
  const toe = ground - random.between(0.25, 0.4)
  const upper: Point[] = [
    [-0.95, ground],
    [-0.95, toe + 0.12],
    [-0.7, toe],
    [shaft - 0.25, Math.max(ankle + 0.1, toe - 0.2)],
    [shaft, ankle],
    [0.85, ankle - random.between(-0.06, 0.08)],
    [0.9, ground - heel],
    [0.2, ground - heel * 0.7],
  ]
  const parts: GarmentPart[] = [{ outline: upper, shade: 1 }]
  const soleShade = random.between(0.5, 1.3)
  if (heel === 0)
    parts.push({ outline: box(-0.97, ground - sole / 2, 0.92, ground + sole / 2), shade: soleShade })
  else parts.push({ outline: box(0.55, ground - heel - 0.05, 0.9, ground + sole), shade: soleShade })
  if (random.chance(0.6)) {
    const shade = random.between(0.5, 1.4)
    parts.push({
      outline: band([-0.35, toe + 0.05], [shaft + 0.1, ankle + 0.2], random.between(0.1, 0.2)),
      shade,
    })
  }
  return parts
}
