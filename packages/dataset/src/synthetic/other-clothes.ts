import { band, box, type GarmentPart, mirror, mirrored } from './garment-part.js'
import type { RandomDraws } from './random-draws.js'

export function drawTrouser(random: RandomDraws): GarmentPart[] {
  const hip = random.between(0.26, 0.42)
  const cuff = random.between(0.1, 0.24)
  const gap = random.between(0.02, 0.16)
  const crotch = random.between(-0.5, -0.15)
  const leg = [
    [0, -0.95],
    [-hip, -0.95],
    [-hip - 0.02, crotch],
    [-gap - cuff - 0.04, 0.95],
    [-gap, 0.95],
    [0, crotch],
  ] as const
  return [
    { outline: leg, shade: 1 },
    { outline: mirror(leg), shade: random.between(0.85, 1) },
  ]
}

export function drawDress(random: RandomDraws): GarmentPart[] {
  const shoulder = random.between(0.2, 0.4)
  const waist = random.between(0.18, 0.36)
  const parts: GarmentPart[] = []
  if (random.chance(0.45)) {
    const length = random.between(0.2, 1)
    const sleeve = band([-shoulder + 0.05, -0.72], [-shoulder - 0.25 * length, -0.7 + length], 0.2)
    parts.push({ outline: sleeve, shade: 0.95 }, { outline: mirror(sleeve), shade: 0.95 })
  }
  const body = mirrored([
    [0, -0.95 + random.between(0.04, 0.4)],
    [-shoulder + 0.12, -0.95],
    [-shoulder, -0.85],
    [-waist, random.between(-0.35, 0)],
    [-random.between(waist, 0.65), 0.97],
  ])
  parts.push({ outline: body, shade: 1 })
  if (random.chance(0.3)) parts.push({ outline: box(-waist, -0.2, waist, -0.1), shade: 0.6 })
  return parts
}

export function drawBag(random: RandomDraws): GarmentPart[] {
  const width = random.between(0.5, 0.9)
  const top = random.between(-0.4, 0.05)
  const bottom = random.between(0.5, 0.9)
  const taper = random.between(-0.15, 0.15)
  const parts: GarmentPart[] = []
  if (random.chance(0.85)) {
    const handle = random.between(0.2, width - 0.1)
    const height = random.between(0.2, 0.55)
    const thick = random.between(0.06, 0.14)
    parts.push(
      {
        outline: mirrored([
          [-handle, top],
          [-handle * 0.7, top - height],
        ]),
        shade: 0.9,
      },
      {
        outline: mirrored([
          [-handle + thick, top],
          [-handle * 0.7 + thick, top - height + thick],
        ]),
        shade: 0,
      },
    )
  }
  parts.push({
    outline: mirrored([
      [-width + taper, top],
      [-width, bottom],
    ]),
    shade: 1,
  })
  if (random.chance(0.6)) {
    const flap = top + (bottom - top) * random.between(0.25, 0.5)
    const shade = random.between(0.75, 0.95)
    parts.push({
      outline: mirrored([
        [-width + taper, top],
        [-width * 0.8, flap],
      ]),
      shade,
    })
  }
  return parts
}
