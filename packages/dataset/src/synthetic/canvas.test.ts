import { describe, expect, it } from 'vitest'
import { Canvas, type Placement } from './canvas.js'
import { band, box, mirrored } from './garment-part.js'

const IN_PLACE: Placement = { xx: 1, xy: 0, yx: 0, yy: 1, dx: 0, dy: 0 }
const sum = (canvas: Canvas) => canvas.pixels.reduce((total, value) => total + value, 0)

describe('Canvas', () => {
  it('fills exactly the pixels of a rectangle on pixel borders', () => {
    const canvas = new Canvas(4)
    canvas.fill(box(-0.5, 0, 1, 0.5), IN_PLACE, 8)
    expect([...canvas.pixels]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 8, 8, 0, 0, 0, 0])
  })

  it('shades a pixel by the share of it that is covered', () => {
    const canvas = new Canvas(2)
    canvas.fill(box(-1, -1, -0.75, 0), IN_PLACE, 100)
    expect(canvas.pixels[0]).toBeCloseTo(25, 4)
  })

  it('paints over what is there', () => {
    const canvas = new Canvas(2)
    canvas.fill(box(-1, -1, 1, 1), IN_PLACE, 100)
    canvas.fill(box(-1, -1, 0, 0), IN_PLACE, 0)
    expect([...canvas.pixels]).toEqual([0, 100, 100, 100])
  })

  it('leaves out what lies beyond the image', () => {
    const canvas = new Canvas(3)
    canvas.fill(box(-9, -9, 9, 9), IN_PLACE, 1)
    canvas.fill(box(2, 2, 3, 3), IN_PLACE, 50)
    expect(sum(canvas)).toBe(9)
  })

  it('covers the area of a slanted band and of a mirrored outline', () => {
    const canvas = new Canvas(64)
    canvas.fill(band([-0.5, -0.5], [0.5, 0.5], 0.25), IN_PLACE, 1)
    expect(sum(canvas) / 32 ** 2).toBeCloseTo(Math.SQRT2 * 0.25, 2)
    canvas.clear()
    const trapezoid = mirrored([
      [-0.25, -0.5],
      [-0.75, 0.5],
    ])
    canvas.fill(trapezoid, IN_PLACE, 1)
    expect(sum(canvas) / 32 ** 2).toBeCloseTo(1, 2)
  })
})
