import { describe, expect, it } from 'vitest'
import { createCounterRandom } from '../random/counter-random.js'
import { evaluateFit, fitKernel, GaussianProcess, type Observations } from './gaussian-process.js'

/** Observations of sin(6x) + 0.3 [choice is 1], whose second numeric axis says nothing. */
function observe(count: number, noise = 0): Observations {
  const random = createCounterRandom(7)
  const points = Array.from({ length: count }, () =>
    Float64Array.from([random.uniform(), random.uniform(), random.below(2)]),
  )
  const values = Float64Array.from(
    points,
    ([x = 0, , choice = 0]) => Math.sin(6 * x) + 0.3 * choice + noise * (random.uniform() - 0.5),
  )
  return { points, values, isChoice: [false, false, true] }
}

describe('the Gaussian process', () => {
  it('passes through what it observed, and predicts a smooth function between', () => {
    const observations = observe(40)
    const process = new GaussianProcess(observations, fitKernel(observations))
    const [first] = observations.points
    expect(process.predict(first as Float64Array).mean).toBeCloseTo(observations.values[0] as number, 2)
    expect(process.predict(first as Float64Array).variance).toBeLessThan(1e-3)
    for (const x of [0.2, 0.45, 0.7])
      expect(process.predict(Float64Array.from([x, 0.5, 1])).mean).toBeCloseTo(Math.sin(6 * x) + 0.3, 1)
  })

  it('learns which axes matter, and how noisy observations are', () => {
    const exact = fitKernel(observe(60))
    expect(exact.weights[0]).toBeGreaterThan(5 * (exact.weights[1] ?? Number.NaN))
    expect(exact.noise).toBeLessThan(1e-3)
    // Uniform noise from -0.5 to 0.5 has the variance 1 / 12.
    const noisy = fitKernel(observe(120, 1))
    expect(noisy.noise).toBeGreaterThan(0.04)
    expect(noisy.noise).toBeLessThan(0.14)
  })

  it('has the derivatives that differences show: of the fit, and of predictions', () => {
    const observations = observe(15, 0.2)
    const parameters = Float64Array.from([0.5, -0.3, 0.2, 0.1, -2])
    const { gradient } = evaluateFit(parameters, observations)
    for (const index of parameters.keys()) {
      const at = (shift: number) =>
        evaluateFit(parameters.with(index, (parameters[index] as number) + shift), observations).value
      expect(gradient[index]).toBeCloseTo((at(1e-5) - at(-1e-5)) / 2e-5, 5)
    }
    const process = new GaussianProcess(observations, fitKernel(observations))
    const point = Float64Array.from([0.31, 0.62, 1])
    const { means, variances } = process.predictWithGradient(point)
    for (const axis of [0, 1]) {
      const at = (shift: number) => process.predict(point.with(axis, (point[axis] as number) + shift))
      expect(means[axis]).toBeCloseTo((at(1e-5).mean - at(-1e-5).mean) / 2e-5, 5)
      expect(variances[axis]).toBeCloseTo((at(1e-5).variance - at(-1e-5).variance) / 2e-5, 5)
    }
    expect([means[2], variances[2]]).toEqual([0, 0])
  })

  it('survives points that are all the same, and values that are all equal', () => {
    const points = Array.from({ length: 12 }, () => Float64Array.from([0.5, 0.5, 0]))
    const same = { points, values: new Float64Array(12), isChoice: [false, false, true] }
    const process = new GaussianProcess(same, fitKernel(same))
    expect(process.predict(Float64Array.from([0.1, 0.9, 1])).mean).toBeCloseTo(0, 6)
  })
})
